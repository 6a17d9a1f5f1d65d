-- An agent's figures of every day, as they are known.
select
    agent_id,
    period_start as business_date,
    legs,
    missed,
    handle_n,
    handle_total_s::decimal(12, 3) as handle_total_s,
    handle_mean_s,
    handle_median_s,
    handle_p90_s,
    talk_n,
    talk_mean_s,
    resolution_n,
    resolved_n,
    resolution_unknown_n,
    resolution_rate,
    first_response_n,
    first_response_median_s,
    adherence_n,
    adherence_unscored_n,
    adherence_mean
from mart.agent_period
where period = 'day'
