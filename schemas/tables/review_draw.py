"""Which legs were drawn for people to evaluate, and how likely each was to be drawn."""

from schemas.table import Column, Table

TABLE = Table(
    name="review_draw",
    schema="core",
    grain="One row per leg drawn by a review plan, with the probability it had. Plans are never changed.",
    key=("plan_id", "leg_id"),
    own=(
        Column("plan_id", "text", "The plan: one draw for all its agents.", required=True),
        Column("leg_id", "text", "The leg drawn.", required=True),
        Column("interaction_id", "text", "Its interaction."),
        Column("agent_id", "text", "The agent it was drawn for.", required=True),
        Column("period", "text", "What one draw covers.", required=True, allowed=("day", "week", "month")),
        Column("period_start", "date", "First local date of the period.", required=True),
        Column("queue", "text", "Queue, one half of the stratum."),
        Column("channel", "text", "Channel, the other half."),
        Column(
            "drawn_as",
            "text",
            "risk: taken for its reasons; random: drawn from all others.",
            required=True,
            allowed=("random", "risk"),
        ),
        Column("risk_reasons", "texts", "Why it is a risk; also of legs that were drawn at random."),
        Column(
            "inclusion_probability",
            "float",
            "How likely this leg was to be in the plan, by risk or at random. A mean over drawn legs weights each with "
            "1 / this.",
            required=True,
            low=0,
            high=1,
        ),
        Column(
            "population_n",
            "int",
            "Handled legs it was drawn from: those of the agent in the period, or of all agents.",
            required=True,
            low=1,
        ),
        Column("risk_n", "int", "Of these, taken for risk.", required=True, low=0),
        Column("random_n", "int", "Of these, drawn at random.", required=True, low=0),
        Column("seed", "text", "The seed: with the same legs it draws the same.", required=True),
        Column("policy_id", "text", "The policy the worklist asks the questions of; NULL for none."),
        Column("session_id", "text", "The calibration session it was drawn for; NULL for everyday reviews."),
        Column("drawn_by", "text", "Who drew it.", required=True),
        Column("drawn_at", "timestamp", "When it was drawn.", required=True),
    ),
)
