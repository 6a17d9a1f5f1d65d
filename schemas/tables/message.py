"""One e-mail or other written message. Threads are derived: see core.thread_message."""

from schemas.table import Column, Table

TABLE = Table(
    name="message",
    schema="core",
    grain="One row per e-mail.",
    key=("message_id",),
    own=(
        Column(
            "message_id", "text", "`<system>:<Message-ID>`, or a hash of the message where it has none.", required=True
        ),
        Column("system", "text", "The system whose thread and ticket ids this message shares.", required=True),
        Column(
            "in_reply_to",
            "text",
            "message_id of the one it answers: `<system>:` and its Message-ID without angle brackets.",
        ),
        Column("reference_ids", "texts", "message_ids of the thread so far, oldest first."),
        Column("sent_at", "timestamp", "When it was sent; NULL when no header gives a usable date."),
        Column("date_raw", "text", "The Date header as it stands."),
        Column(
            "time_flag",
            "text",
            "Why `sent_at` is uncertain.",
            allowed=("no_zone", "from_received", "no_date", "dst_overlap"),
            severity="warn",
        ),
        Column("direction", "text", "Seen from us.", required=True, allowed=("inbound", "outbound", "internal")),
        Column("author", "text", "Who wrote it.", required=True, allowed=("customer", "agent", "bot", "system")),
        Column("agent_id", "text", "The agent who wrote it."),
        Column("customer_id", "text", "The customer's address."),
        Column("queue", "text", "The mailbox it was sent to or from."),
        Column("from_address", "text", "Address of the sender."),
        Column("to_addresses", "texts", "Addresses of the recipients."),
        Column("cc_addresses", "texts", "Addresses of those in copy."),
        Column("subject", "text", "Subject, decoded."),
        Column("ticket_id", "text", "Ticket id found in the subject by the configured pattern."),
        Column("body_text", "text", "Text body as sent, Unicode NFC."),
        Column("body_new", "text", "Text body without quoted replies."),
        Column("is_auto", "bool", "Whether a machine answered (Auto-Submitted, Precedence, bounce).", required=True),
        Column("is_public", "bool", "Whether the customer could read it.", required=True),
        Column("language", "text", "ISO 639-1 code.", pattern="^[a-z]{2}$"),
        Column("attachments", "int", "How many attachments it has.", low=0),
        Column("extra", "json", "Fields of the source that have no column here."),
    ),
)
