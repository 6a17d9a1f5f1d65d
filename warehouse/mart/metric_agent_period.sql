-- Every metric per agent and day, week and month: how many, how sure, and the usual summaries.
with
    spread as (
        select
            metric,
            agent_id,
            value,
            state,
            unnest(['day', 'week', 'month']) as period,
            unnest(
                [business_date, date_trunc('week', business_date)::date, date_trunc('month', business_date)::date]
            ) as period_start
        from metric.attributed
        where agent_id is not null and state <> 'excluded'
    )
select
    period,
    period_start,
    agent_id,
    metric,
    count(*) filter (state = 'counted') as n,
    count(*) filter (state = 'unknown') as n_unknown,
    count(*) filter (state = 'immature') as n_immature,
    count(*) filter (state = 'counted') / nullif(count(*) filter (state in ('counted', 'unknown')), 0) as coverage,
    sum(value::decimal(18, 3)) filter (state = 'counted') as total,
    (sum(value::decimal(18, 3)) filter (state = 'counted'))::double
    / nullif(count(*) filter (state = 'counted'), 0) as mean,
    median(value) filter (state = 'counted') as median,
    quantile_cont(value, 0.9) filter (state = 'counted') as p90
from spread
group by period, period_start, agent_id, metric
