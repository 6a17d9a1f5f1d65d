"""What was agreed in a talk between a coach and an agent."""

from schemas.table import Column, Table

TABLE = Table(
    name="coaching",
    schema="core",
    grain="One row per coaching: what it was about, what was agreed, whether it was done. A change is a new version.",
    key=("coaching_id",),
    own=(
        Column("coaching_id", "text", "Id of the coaching.", required=True),
        Column("agent_id", "text", "The agent.", required=True),
        Column("coached_on", "date", "Local date of the talk: effects are counted from the day after.", required=True),
        Column("policy_id", "text", "The policy it was about; NULL for any."),
        Column("question_id", "text", "The question it was about; NULL for the whole policy."),
        Column(
            "metric",
            "text",
            "The metric it was about; NULL for a policy or question.",
            allowed=("handle_s", "resolution_rate"),
        ),
        Column("action", "text", "What was agreed.", required=True),
        Column("coached_by", "text", "Who coached.", required=True),
        Column("due_on", "date", "Until when it is to be done; NULL when no day was agreed."),
        Column("done_on", "date", "When it was done; NULL while it is open."),
        Column("done_by", "text", "Who says so."),
        Column("note", "text", "What was said about it when it was done."),
    ),
)
