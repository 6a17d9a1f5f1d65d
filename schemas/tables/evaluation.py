"""What somebody answered about an agent's work on a contact, question by question."""

from schemas.table import Column, Table

TABLE = Table(
    name="evaluation",
    schema="core",
    grain="One row per answer to one question of an evaluation form. A corrected form replaces all its answers.",
    key=("evaluation_id", "question_id"),
    unit=("evaluation_id",),
    own=(
        Column("evaluation_id", "text", "`<system>:<id>` of the filled form.", required=True),
        Column("interaction_id", "text", "The interaction judged."),
        Column("leg_id", "text", "The leg judged."),
        Column("contact_id", "text", "The contact judged, where the source knows contacts: see core.contact_chain."),
        Column("agent_id", "text", "The agent judged, as the source names them."),
        Column("evaluator_id", "text", "Who judged."),
        Column("session_id", "text", "The calibration session it was made for; NULL for everyday reviews."),
        Column("form", "text", "Title of the form."),
        Column("form_version", "text", "Version of the form."),
        Column("section", "text", "Section of the form; a section in a section after ` / `."),
        Column("question_id", "text", "The question as the form names it.", required=True),
        Column("question", "text", "What was asked."),
        Column(
            "question_type", "text", "What can be answered.", allowed=("number", "choice", "choices", "text", "date")
        ),
        Column("answer", "text", "The answer in words; several ones of a list after `; `."),
        Column(
            "answered_by",
            "text",
            "Whether a person answered or a machine whose answer nobody changed.",
            allowed=("person", "machine"),
        ),
        Column("points", "float", "Points earned with the answer."),
        Column("max_points", "float", "Points that could be earned."),
        Column("score_percentage", "float", "Score of the answer.", unit="%", low=0, high=100),
        Column("weight", "float", "Weight of the question in the form.", low=0),
        Column("is_not_applicable", "bool", "Whether the question leaves the score, numerator and denominator."),
        Column("is_automatic_fail", "bool", "Whether the answer sets the whole evaluation to 0."),
        Column("note", "text", "What was noted beside the answer."),
        Column("evaluation_percentage", "float", "Score of the whole evaluation.", unit="%", low=0, high=100),
        Column("evaluated_at", "timestamp", "When the evaluation was handed in."),
    ),
)
