"""What somebody let an agent do otherwise, with who, why and when."""

from schemas.table import Column, Table

TABLE = Table(
    name="exception",
    schema="core",
    grain="One row per justified deviation: this question of this policy does not apply to this leg.",
    key=("exception_id",),
    own=(
        Column("exception_id", "text", "Id of the exception.", required=True),
        Column("leg_id", "text", "The leg it holds for.", required=True),
        Column("policy_id", "text", "The policy, whatever its version.", required=True),
        Column("question_id", "text", "The question that becomes not applicable.", required=True),
        Column("reason", "text", "Why the agent was right to leave the rule.", required=True),
        Column("decided_by", "text", "Who decided.", required=True),
        Column("decided_at", "timestamp", "When it was decided.", required=True),
        Column("dispute_id", "text", "The accepted dispute it follows from; NULL when it was entered by itself."),
        Column(
            "is_wrong_agent",
            "bool",
            "Whether the contact was not this agent's: then passes do not count either; NULL when entered by itself.",
        ),
        Column("is_withdrawn", "bool", "Whether it was taken back: the question counts again.", required=True),
    ),
)
