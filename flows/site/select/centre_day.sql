-- The whole centre per day, pooled over contacts.
select
    period_start as day,
    sum(legs)::bigint as legs,
    sum(handle_total_s)::double / nullif(sum(handle_n), 0) as handle_mean_s,
    sum(handle_n)::bigint as handle_n,
    sum(resolved_n) / nullif(sum(resolution_n), 0) as resolution_rate,
    sum(resolution_n)::bigint as resolution_n,
    sum(adherence_total)::double / nullif(sum(adherence_n), 0) as adherence_mean,
    sum(adherence_n)::bigint as adherence_n
from mart.agent_period
where period = 'day' and period_start between $since and $until
group by period_start
order by period_start
