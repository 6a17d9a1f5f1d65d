"""What the customer sees: one call with all its transfers, one e-mail thread, one chat, one visit."""

from schemas.table import Column, Table

TABLE = Table(
    name="interaction",
    schema="core",
    grain="One row per interaction: what the customer sees as one contact, with all its transfers.",
    key=("interaction_id",),
    own=(
        Column("interaction_id", "text", "`<system>:<source_id>`, unique over all sources.", required=True),
        Column("source_id", "text", "The record's id as the source writes it.", required=True),
        Column(
            "channel",
            "text",
            "How the customer reached us.",
            required=True,
            allowed=("voice", "email", "chat", "message", "ticket", "callback", "letter", "visit", "task"),
        ),
        Column("direction", "text", "Who started it.", allowed=("inbound", "outbound", "internal")),
        Column("customer_id", "text", "The customer as the source names them."),
        Column("queue", "text", "The queue the customer entered first."),
        Column("topic", "text", "What it was about, as documented."),
        Column("language", "text", "ISO 639-1 code of the language spoken or written.", pattern="^[a-z]{2}$"),
        Column("started_at", "timestamp", "When the customer's contact began.", required=True),
        Column("answered_at", "timestamp", "When a person first answered."),
        Column("ended_at", "timestamp", "When it ended for the customer."),
        Column(
            "utc_offset_min", "int", "Offset of the source's local time at the start.", unit="min", low=-1080, high=1080
        ),
        Column(
            "time_flag",
            "text",
            "Why `started_at` is uncertain: a local time that happened twice when clocks went back.",
            allowed=("dst_overlap",),
            severity="warn",
        ),
        Column("ivr_s", "seconds", "Time in the voice menu before the queue.", unit="s", low=0, high=86400),
        Column(
            "queue_s",
            "seconds",
            "Time waited before a person answered or the customer left.",
            unit="s",
            low=0,
            high=86400,
        ),
        Column(
            "outcome",
            "text",
            "What became of the contact in the queue.",
            allowed=(
                "answered",
                "abandoned",
                "timeout",
                "key_exit",
                "empty",
                "full",
                "closed",
                "failed",
                "busy",
                "voicemail",
            ),
        ),
        Column("disposition", "text", "The source's own end code."),
        Column("resolved", "bool", "Whether the matter was resolved, as documented; NULL when nobody said."),
        Column("reopened", "bool", "Whether it was opened again after being solved."),
        Column("csat", "float", "Customer satisfaction on the source's scale."),
        Column("csat_min", "float", "Lowest value of that scale."),
        Column("csat_max", "float", "Highest value of that scale."),
        Column("consent", "bool", "Whether the customer agreed to recording; NULL when the source does not say."),
        Column("parent_id", "text", "The interaction this one continues."),
        Column("extra", "json", "Fields of the source that have no column here."),
    ),
)
