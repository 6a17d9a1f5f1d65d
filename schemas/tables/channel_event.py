"""One event of a telephone exchange's channel; interactions and legs are derived from these."""

from schemas.table import Column, Table

TABLE = Table(
    name="channel_event",
    schema="core",
    grain="One row per event of a channel of a telephone exchange.",
    key=("event_id",),
    own=(
        Column("event_id", "text", "`<system>:` and what tells this event from all others.", required=True),
        Column("system", "text", "The exchange whose ids these are.", required=True),
        Column("call_id", "text", "`<system>:` and the id all channels of one call share.", required=True),
        Column("channel_id", "text", "`<system>:` and the id of the channel.", required=True),
        Column("kind", "text", "What happened, as the exchange writes it.", required=True),
        Column("user_kind", "text", "Name of an event the site defined itself."),
        Column("happened_at", "timestamp", "When it happened.", required=True),
        Column("utc_offset_min", "int", "Offset of the local time.", unit="min", low=-1080, high=1080),
        Column(
            "time_flag",
            "text",
            "Why `happened_at` is uncertain: a local time that happened twice when clocks went back.",
            allowed=("dst_overlap",),
            severity="warn",
        ),
        Column("channel", "text", "Name of the channel."),
        Column("peer_channel", "text", "Name of the channel at the other end."),
        Column("bridge_id", "text", "The bridge it entered or left."),
        Column("caller", "text", "Number of the caller."),
        Column("called", "text", "Number or extension called."),
        Column("app", "text", "The application the channel ran."),
        Column("queue", "text", "The queue, where that application is one."),
        Column("agent_id", "text", "The agent whose phone the channel is."),
        Column("hangup_cause", "text", "Why the channel ended: a Q.850 code."),
        Column("hangup_source", "text", "The channel, or the part of the exchange, that ended it."),
        Column("transfer_to", "text", "Extension a transfer went to."),
        Column("extra", "json", "Fields of the source that have no column here."),
    ),
)
