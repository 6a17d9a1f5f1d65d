-- Every agent by week, with intervals; a figure of fewer than $min_n values is empty.
select
    agent_id,
    period_start as week,
    legs,
    handle_n,
    case when handle_n >= $min_n then handle_mean_s end as handle_mean_s,
    resolution_n,
    case when resolution_n >= $min_n then resolution_rate end as resolution_rate,
    case when resolution_n >= $min_n then resolution_ci_low end as resolution_low,
    case when resolution_n >= $min_n then resolution_ci_high end as resolution_high,
    adherence_n,
    case when adherence_n >= $min_n then adherence_mean end as adherence_mean,
    case when adherence_n >= $min_n then adherence_ci_low end as adherence_low,
    case when adherence_n >= $min_n then adherence_ci_high end as adherence_high
from mart.agent_period
where period = 'week' and period_start between $since and $until
order by agent_id, week
