"""An agent's figures of a day, as each run published them."""

from schemas.table import Column, Table

TABLE = Table(
    name="agent_figure",
    schema="mart",
    grain="One row per agent and local day: the figures of agent_day. What earlier runs published stays.",
    key=("agent_id", "business_date"),
    from_files=False,
    own=(
        Column("agent_id", "text", "The agent.", required=True),
        Column("business_date", "date", "The local day.", required=True),
        Column("legs", "int", "Legs handled."),
        Column("missed", "int", "Legs offered that the agent did not take."),
        Column("handle_n", "int", "Legs with a known handle time."),
        Column("handle_total_s", "seconds", "Their handle time.", unit="s"),
        Column("handle_mean_s", "float", "Mean handle time.", unit="s"),
        Column("handle_median_s", "float", "Median handle time.", unit="s"),
        Column("handle_p90_s", "float", "90th percentile of handle time.", unit="s"),
        Column("talk_n", "int", "Legs with a known talk time."),
        Column("talk_mean_s", "float", "Mean talk time.", unit="s"),
        Column("resolution_n", "int", "Interactions with a recorded outcome."),
        Column("resolved_n", "int", "Those of them that were resolved."),
        Column("resolution_unknown_n", "int", "Interactions whose outcome nobody recorded."),
        Column("resolution_rate", "float", "resolved_n / resolution_n."),
        Column("first_response_n", "int", "Threads with a first response."),
        Column("first_response_median_s", "float", "Median first response.", unit="s"),
        Column("adherence_n", "int", "Scores."),
        Column("adherence_unscored_n", "int", "Legs judged of which too little could be answered."),
        Column("adherence_mean", "float", "Mean policy adherence.", unit="%"),
    ),
)
