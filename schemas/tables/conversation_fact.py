"""What a speech analysis found in a conversation: interruptions, silence, categories and the like; never emotions."""

from schemas.table import Column, Table

TABLE = Table(
    name="conversation_fact",
    schema="core",
    grain="One row per thing a speech analysis found in a contact.",
    key=("contact_id", "output", "fact_no"),
    unit=("contact_id", "output"),
    own=(
        Column("contact_id", "text", "`<system>:<id>` of the contact.", required=True),
        Column("interaction_id", "text", "The interaction the contact is part of: see core.contact_chain."),
        Column("leg_id", "text", "The leg that is the contact."),
        Column(
            "output",
            "text",
            "Whether the analysis is of the redacted transcript.",
            required=True,
            allowed=("raw", "redacted"),
        ),
        Column("fact_no", "int", "Number of the fact in the analysis, from 1.", required=True, low=1),
        Column(
            "name",
            "text",
            "What was found.",
            required=True,
            allowed=(
                "conversation_ms",
                "talk_ms",
                "talk_wpm",
                "non_talk",
                "non_talk_ms",
                "interruption",
                "interruption_n",
                "interruption_ms",
                "greeting_ms",
                "response_mean_ms",
                "response_max_ms",
                "category",
                "issue",
                "outcome",
                "action_item",
                "summary",
                "redaction",
            ),
        ),
        Column(
            "party", "text", "Whose: who talked, interrupted or answered.", allowed=("agent", "customer", "unknown")
        ),
        Column("value", "float", "How much: milliseconds, a count or words per minute, as the name says."),
        Column("detail", "text", "Which category; the words of an issue, an outcome, an action item or a summary."),
        Column("begin_ms", "int", "Begin, counted from the begin of the recording.", unit="ms", low=0),
        Column("end_ms", "int", "End, counted likewise.", unit="ms", low=0),
        Column("turn_seq", "int", "The turn it stands in.", low=1),
    ),
)
