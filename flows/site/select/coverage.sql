-- How much of what should be known is known: recent values per metric, and how many are unknown or not ripe yet.
select
    metric,
    sum(n)::bigint as n,
    sum(n_unknown)::bigint as unknown,
    sum(n_immature)::bigint as immature,
    sum(n) / nullif(sum(n) + sum(n_unknown), 0) as coverage
from mart.metric_agent_period
where
    period = 'day'
    and period_start between $recent and $until
    and metric
    in ('handle_s', 'talk_s', 'hold_s', 'wrap_s', 'resolution_rate', 'fcr_repeat_7', 'first_response_s', 'csat_norm')
group by metric
order by metric
