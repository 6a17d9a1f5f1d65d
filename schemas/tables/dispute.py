"""What somebody holds against a score, and what was decided."""

from schemas.table import Column, Table

TABLE = Table(
    name="dispute",
    schema="core",
    grain="One row per dispute: the claim, and the decision once there is one. A changed decision is a new version.",
    key=("dispute_id",),
    own=(
        Column("dispute_id", "text", "Id of the dispute.", required=True),
        Column("leg_id", "text", "The leg whose score is disputed.", required=True),
        Column("agent_id", "text", "The agent the score was put to when it was disputed."),
        Column("policy_id", "text", "The policy; NULL when the agent is disputed."),
        Column("policy_version", "int", "The version the disputed answer came from."),
        Column("question_id", "text", "The question whose answer is disputed; NULL when the agent is disputed."),
        Column("is_wrong_agent", "bool", "Whether the claim is that another agent had the contact.", required=True),
        Column("claim", "text", "What is claimed.", required=True),
        Column("claimed_by", "text", "Who claims it.", required=True),
        Column("claimed_at", "timestamp", "When it was claimed.", required=True),
        Column(
            "decision",
            "text",
            "What was decided; NULL while it is open. Only accepted changes the score.",
            allowed=("accepted", "partial", "rejected"),
        ),
        Column("decision_reason", "text", "Why it was decided so."),
        Column("decided_by", "text", "Who decided."),
        Column("decided_at", "timestamp", "When it was decided."),
    ),
)
