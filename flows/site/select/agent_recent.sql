-- Every agent's recent weeks, pooled over contacts; a figure of fewer than $min_n values is empty.
select
    agent_id,
    arg_max(team, period_start) as team,
    sum(legs)::bigint as legs,
    sum(handle_n)::bigint as handle_n,
    case when sum(handle_n) >= $min_n then sum(handle_total_s)::double / sum(handle_n) end as handle_mean_s,
    sum(resolution_n)::bigint as resolution_n,
    case when sum(resolution_n) >= $min_n then sum(resolved_n) / sum(resolution_n) end as resolution_rate,
    case when sum(resolution_n) >= $min_n then wilson_low(sum(resolved_n), sum(resolution_n)) end as resolution_low,
    case when sum(resolution_n) >= $min_n then wilson_high(sum(resolved_n), sum(resolution_n)) end as resolution_high,
    sum(adherence_n)::bigint as adherence_n,
    case when sum(adherence_n) >= $min_n then sum(adherence_total)::double / sum(adherence_n) end as adherence_mean
from mart.agent_period
where period = 'day' and period_start between $recent and $until
group by agent_id
order by agent_id
