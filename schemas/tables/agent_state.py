"""What an agent was doing."""

from schemas.table import Column, Table

TABLE = Table(
    name="agent_state",
    schema="core",
    grain="One row per interval in which an agent was in one state.",
    key=("agent_id", "queue", "state", "started_at"),
    own=(
        Column("agent_id", "text", "The agent as the source names them.", required=True),
        Column("queue", "text", "The queue the state holds for; NULL for all."),
        Column(
            "state",
            "text",
            "What the agent was doing.",
            required=True,
            allowed=("login", "logout", "available", "contact", "hold", "wrap", "pause", "ring_missed"),
        ),
        Column("reason", "text", "Reason of a pause."),
        Column("started_at", "timestamp", "Begin of the interval.", required=True),
        Column("ended_at", "timestamp", "End; NULL while it lasts or when unknown."),
    ),
)
