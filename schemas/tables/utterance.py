"""One turn of a transcript."""

from schemas.table import Column, Table

TABLE = Table(
    name="utterance",
    schema="core",
    grain="One row per turn of a transcript. A corrected transcript replaces the whole of the old one.",
    key=("interaction_id", "seq"),
    unit=("interaction_id",),
    own=(
        Column("interaction_id", "text", "The interaction spoken or written in.", required=True),
        Column("seq", "int", "Order of the turn, from 1.", required=True, low=1),
        Column(
            "speaker",
            "text",
            "Who spoke.",
            required=True,
            allowed=("agent", "customer", "system", "bot", "unknown"),
        ),
        Column("agent_id", "text", "Which agent spoke, where the source says."),
        Column("start_ms", "int", "Begin, counted from the start of the interaction.", unit="ms", low=0),
        Column("end_ms", "int", "End, counted likewise.", unit="ms", low=0),
        Column("text", "text", "What was said, Unicode NFC.", required=True),
        Column("language", "text", "ISO 639-1 code, where it differs from the interaction's.", pattern="^[a-z]{2}$"),
        Column("confidence", "float", "The recogniser's confidence.", low=0, high=1),
    ),
)
