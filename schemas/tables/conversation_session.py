"""One session of a conversation, as a contact centre in the cloud records it; interactions and legs are derived."""

from schemas.table import Column, Table

_LONG = 2592000
TABLE = Table(
    name="conversation_session",
    schema="core",
    grain=(
        "One row per session: one participant of a conversation in one medium. A newer version of a conversation "
        "replaces all of its sessions. See core.conversation_leg."
    ),
    key=("interaction_id", "session_no"),
    unit=("interaction_id",),
    own=(
        Column("interaction_id", "text", "`<system>:<conversationId>`.", required=True),
        Column("source_id", "text", "The conversation's id as the source writes it.", required=True),
        Column("session_no", "int", "Number of the session in the record, from 1.", required=True, low=1),
        Column("conversation_started_at", "timestamp", "When the conversation began.", required=True),
        Column("conversation_ended_at", "timestamp", "When it ended; NULL while it runs."),
        Column("direction", "text", "Who started the conversation.", allowed=("inbound", "outbound")),
        Column("resolved", "bool", "Whether a next contact was avoided, as the source reckons."),
        Column("participant_no", "int", "Number of the participant in the record, from 1.", required=True, low=1),
        Column("purpose", "text", "What the participant is: customer, ivr, acd, agent, …"),
        Column("agent_id", "text", "The user, where the participant is one."),
        Column("customer_id", "text", "The customer, where the participant is one: contact, number or address."),
        Column("media", "text", "The medium as the source names it."),
        Column("is_listening", "bool", "Whether somebody listened in: monitoring, coaching, barging.", required=True),
        Column("queue", "text", "The last queue named in the session."),
        Column("started_at", "timestamp", "When the first segment began."),
        Column("answered_at", "timestamp", "When the first segment of talk began."),
        Column("ended_at", "timestamp", "When the last segment of talk or hold ended."),
        Column("completed_at", "timestamp", "When the last segment ended."),
        Column("is_open", "bool", "Whether a segment has no end yet.", required=True),
        Column("ring_s", "seconds", "Segments of ringing.", unit="s", low=0, high=_LONG),
        Column("dial_s", "seconds", "Segments of dialling.", unit="s", low=0, high=_LONG),
        Column("talk_s", "seconds", "Segments of talk.", unit="s", low=0, high=_LONG),
        Column("hold_s", "seconds", "Segments of hold.", unit="s", low=0, high=_LONG),
        Column("wrap_s", "seconds", "Segments of work after the talk.", unit="s", low=0, high=_LONG),
        Column("ivr_s", "seconds", "Segments in the voice menu.", unit="s", low=0, high=_LONG),
        Column("metric_ring_s", "seconds", "Ringing, as the metrics say: tAlert.", unit="s", low=0, high=_LONG),
        Column("metric_talk_s", "seconds", "Talk, as the metrics say: tTalkComplete.", unit="s", low=0, high=_LONG),
        Column("metric_hold_s", "seconds", "Hold, as the metrics say: tHeldComplete.", unit="s", low=0, high=_LONG),
        Column(
            "metric_wrap_s", "seconds", "Work after the talk, as the metrics say: tAcw.", unit="s", low=0, high=_LONG
        ),
        Column("metric_handle_s", "seconds", "Handle time, as the metrics say: tHandle.", unit="s", low=0, high=_LONG),
        Column("metric_queue_s", "seconds", "Time in the queue: tAcd.", unit="s", low=0, high=_LONG),
        Column("metric_ivr_s", "seconds", "Time in the voice menu: tIvr.", unit="s", low=0, high=_LONG),
        Column("is_abandoned", "bool", "Whether the customer left the queue: tAbandon.", required=True),
        Column("is_not_responding", "bool", "Whether it rang in vain: tNotResponding.", required=True),
        Column("is_blind_transfer", "bool", "Whether the agent transferred without a talk.", required=True),
        Column("is_consult_transfer", "bool", "Whether the agent transferred after a talk.", required=True),
        Column("is_wrap_skipped", "bool", "Whether the agent skipped the work after the talk: acwSkipped."),
        Column("disconnect_type", "text", "How the last segment of talk, hold or ringing ended."),
        Column("wrap_up_code", "text", "The last wrap-up code."),
        Column("note", "text", "The last wrap-up note."),
        Column(
            "extra",
            "json",
            "Fields of the conversation that have no column here, evaluations among them; in the first session.",
        ),
    ),
)
