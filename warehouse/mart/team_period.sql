-- One row per team and day, week or month, pooled over its agents' contacts.
select
    period,
    period_start,
    coalesce(team, 'no team') as team,
    count(distinct agent_id) as agents,
    sum(legs) as legs,
    sum(handle_n) as handle_n,
    (sum(handle_total_s) / nullif(sum(handle_n), 0))::double as handle_mean_s,
    sum(resolution_n) as resolution_n,
    sum(resolved_n) / nullif(sum(resolution_n), 0) as resolution_rate,
    sum(resolution_unknown_n) as resolution_unknown_n,
    sum(adherence_n) as adherence_n,
    sum(adherence_total)::double / nullif(sum(adherence_n), 0) as adherence_mean
from mart.agent_period
group by period, period_start, coalesce(team, 'no team')
