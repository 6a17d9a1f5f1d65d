-- One row per agent and week: handle time, resolution and policy adherence with their numbers and bounds.
select
    period_start as week,
    agent_id,
    team,
    legs,
    missed,
    handle_n,
    handle_mean_s,
    handle_median_s,
    handle_p90_s,
    resolution_n,
    resolution_rate,
    resolution_ci_low,
    resolution_ci_high,
    resolution_unknown_n,
    adherence_n,
    adherence_unscored_n,
    adherence_mean,
    adherence_ci_low,
    adherence_ci_high,
    adherence_coverage
from mart.agent_period
where period = 'week' and period_start between $since and $until
order by week, agent_id
