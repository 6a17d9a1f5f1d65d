-- What became of interactions documented as resolved, per agent and month: how many of the claims held for seven days.
select
    date_trunc('month', c.completed_on)::date as month_start,
    c.last_agent_id as agent_id,
    count(*) filter (claimed.state = 'counted') as documented_n,
    avg(claimed.value) filter (claimed.state = 'counted') as claimed_share,
    count(*) filter (net.state = 'counted') as observed_n,
    avg(claimed.value) filter (net.state = 'counted') as observed_claimed_share,
    avg(net.value) filter (net.state = 'counted') as observed_share,
    count(*) filter (net.state = 'immature') as immature_n,
    count(*) filter (net.state = 'unknown') as unknown_n,
    count(*) filter (net.state = 'counted' and claimed.value = 1) as claims_n,
    count(*) filter (claimed.value = 1 and net.value = 0) as undone_n,
    count(*) filter (claimed.value = 1 and net.value = 0 and reopened.value = 1) as reopened_n,
    count(*) filter (claimed.value = 1 and net.value = 0)
    / nullif(count(*) filter (net.state = 'counted' and claimed.value = 1), 0) as undone_share,
    wilson_low(
        count(*) filter (claimed.value = 1 and net.value = 0),
        count(*) filter (net.state = 'counted' and claimed.value = 1)
    ) as undone_ci_low,
    wilson_high(
        count(*) filter (claimed.value = 1 and net.value = 0),
        count(*) filter (net.state = 'counted' and claimed.value = 1)
    ) as undone_ci_high
from core.interaction_context as c
join metric.resolution_rate as claimed on claimed.entity_id = c.interaction_id
join metric.reopen_rate as reopened on reopened.entity_id = c.interaction_id
join metric.net_resolution_7 as net on net.entity_id = c.interaction_id
where claimed.state <> 'excluded'
group by date_trunc('month', c.completed_on)::date, c.last_agent_id
