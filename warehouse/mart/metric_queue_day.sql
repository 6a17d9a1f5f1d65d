-- Every metric per queue, channel and day: how many values, how sure, and their sum.
select
    metric,
    business_date,
    queue,
    channel,
    count(*) filter (state = 'counted') as n,
    count(*) filter (state = 'unknown') as n_unknown,
    count(*) filter (state = 'immature') as n_immature,
    sum(value::decimal(18, 3)) filter (state = 'counted') as total
from metric.attributed
where state <> 'excluded'
group by metric, business_date, queue, channel
