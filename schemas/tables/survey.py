"""What a customer answered when asked."""

from schemas.table import Column, Table

TABLE = Table(
    name="survey",
    schema="core",
    grain="One row per answer to one survey question.",
    key=("survey_id", "question"),
    own=(
        Column("survey_id", "text", "`<system>:<id>` of the survey sent.", required=True),
        Column("interaction_id", "text", "The interaction asked about."),
        Column("customer_id", "text", "The customer, where no interaction is named."),
        Column("channel", "text", "How the answer came in.", allowed=("phone", "email", "web", "in_person", "chat")),
        Column("submitted_at", "timestamp", "When it was answered."),
        Column("question", "text", "What was asked.", required=True),
        Column("value", "float", "The answer as a number."),
        Column("scale_min", "float", "Lowest value of the scale."),
        Column("scale_max", "float", "Highest value of the scale."),
        Column("comment", "text", "The answer in words."),
    ),
)
