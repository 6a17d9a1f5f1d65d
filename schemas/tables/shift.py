"""What an agent was to do."""

from schemas.table import Column, Table

TABLE = Table(
    name="shift",
    schema="core",
    grain="One row per planned stretch of an agent's schedule.",
    key=("agent_id", "starts_at", "activity"),
    own=(
        Column("agent_id", "text", "The agent as the source names them.", required=True),
        Column("starts_at", "timestamp", "Planned begin.", required=True),
        Column("ends_at", "timestamp", "Planned end.", required=True),
        Column(
            "activity",
            "text",
            "What was planned: work is being there for customers, everything else is not.",
            required=True,
            allowed=("work", "break", "meeting", "training", "absence", "other"),
        ),
    ),
)
