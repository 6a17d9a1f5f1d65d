"""What an agent of Amazon Connect was doing when something changed; core.connect_agent_state makes intervals of it."""

from schemas.table import Column, Table

_STATES = ("offline", "available", "pause", "contact", "hold", "wrap", "ring_missed")

TABLE = Table(
    name="connect_agent_event",
    schema="core",
    grain="One row per event of the agent event stream.",
    key=("event_id",),
    own=(
        Column("event_id", "text", "`<system>:<EventId>`.", required=True),
        Column("system", "text", "The system the agent works in.", required=True),
        Column("agent_id", "text", "The agent.", required=True),
        Column(
            "kind",
            "text",
            "What happened.",
            required=True,
            allowed=("LOGIN", "LOGOUT", "STATE_CHANGE", "HEART_BEAT"),
        ),
        Column("happened_at", "timestamp", "When it happened.", required=True),
        Column(
            "state", "text", "What the agent was doing from then on; NULL when the event does not say.", allowed=_STATES
        ),
        Column("status", "text", "The status the agent had set from then on."),
        Column("before_state", "text", "What the agent was doing before; NULL when not said.", allowed=_STATES),
        Column("before_status", "text", "The status the agent had set before."),
    ),
)
