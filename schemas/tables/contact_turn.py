"""One turn of a contact's transcript; core.utterance puts the transcripts of a chain of contacts together."""

from schemas.table import Column, Table

TABLE = Table(
    name="contact_turn",
    schema="core",
    grain="One row per turn of the transcript of one contact. A corrected one replaces the whole of it.",
    key=("contact_id", "output", "seq"),
    unit=("contact_id", "output"),
    own=(
        Column("contact_id", "text", "`<system>:<id>` of the contact spoken or written in.", required=True),
        Column(
            "output",
            "text",
            "Whether names, numbers and the like were taken out; where both are there, people see the redacted one.",
            required=True,
            allowed=("raw", "redacted"),
        ),
        Column("seq", "int", "Order of the turn, from 1.", required=True, low=1),
        Column(
            "speaker",
            "text",
            "Who spoke.",
            required=True,
            allowed=("agent", "customer", "system", "bot", "unknown"),
        ),
        Column("party", "text", "The participant as the source names them."),
        Column("start_ms", "int", "Begin, counted from the begin of the recording.", unit="ms", low=0),
        Column("end_ms", "int", "End, counted likewise.", unit="ms", low=0),
        Column("said_at", "timestamp", "When it was written, where the source says."),
        Column("text", "text", "What was said, Unicode NFC, redacted as the source redacted it.", required=True),
        Column("language", "text", "ISO 639-1 code of the transcript.", pattern="^[a-z]{2}$"),
        Column("confidence", "float", "Mean of the recogniser's confidence in the words.", low=0, high=1),
    ),
)
