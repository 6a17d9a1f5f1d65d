"""One agent's part of an interaction. A transfer opens a new leg; handle time and scores belong to a leg."""

from schemas.table import Column, Table

TABLE = Table(
    name="leg",
    schema="core",
    grain="One row per leg: one agent's part of an interaction.",
    key=("leg_id",),
    own=(
        Column("leg_id", "text", "`<interaction_id>/<leg_no>`.", required=True),
        Column("interaction_id", "text", "The interaction this leg is part of.", required=True),
        Column("leg_no", "int", "1 for the first agent, 2 after the first transfer, …", required=True, low=1),
        Column("agent_id", "text", "The agent as the source names them.", required=True),
        Column("queue", "text", "The queue this leg came from."),
        Column("started_at", "timestamp", "When the agent was first offered the contact, or took it."),
        Column("answered_at", "timestamp", "When the agent took it."),
        Column("ended_at", "timestamp", "When the agent's talk ended."),
        Column("completed_at", "timestamp", "When the agent's wrap-up ended, if the source says."),
        Column(
            "ring_s",
            "seconds",
            "Ringing before the agent took it; never part of handle time.",
            unit="s",
            low=0,
            high=86400,
        ),
        Column("talk_s", "seconds", "Talk without hold.", unit="s", low=0, high=86400),
        Column("hold_s", "seconds", "Customer on hold.", unit="s", low=0, high=86400),
        Column("wrap_s", "seconds", "Work after the talk.", unit="s", low=0, high=86400),
        Column(
            "outcome",
            "text",
            "handled: the agent worked on it; missed: it was offered and not taken.",
            required=True,
            allowed=("handled", "missed"),
        ),
        Column("transfer", "text", "How the leg ended.", allowed=("none", "blind", "attended", "queue")),
        Column("transfer_to", "text", "Where it was transferred to."),
        Column("hangup_by", "text", "Who ended the talk.", allowed=("agent", "customer", "system")),
        Column("note", "text", "The agent's wrap-up note."),
        Column("extra", "json", "Fields of the source that have no column here."),
    ),
)
