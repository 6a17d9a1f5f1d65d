-- One row per agent, local day and reason of a pause: how long.
with
    pause as (
        select agent_id, reason, started_at, ended_at
        from core.agent_state
        where state = 'pause' and ended_at > started_at
    ),
    edge as (
        select agent_id, reason, started_at as edge_at, 1 as step
        from pause
        union all
        select agent_id, reason, ended_at, -1
        from pause
    ),
    stretch as (
        select
            agent_id,
            reason,
            edge_at as from_at,
            lead(edge_at) over forward as until_at,
            sum(step) over forward as pauses
        from edge
        window forward as (partition by agent_id, reason order by edge_at, step rows unbounded preceding)
    ),
    daily as (
        select
            *,
            unnest(
                generate_series(
                    timezone($site_timezone, from_at)::date::timestamp,
                    timezone($site_timezone, until_at)::date::timestamp,
                    interval 1 day
                )
            )::date as on_date
        from stretch
        where pauses > 0 and until_at > from_at
    ),
    cut as (
        select
            agent_id,
            reason,
            on_date,
            epoch_us(least(until_at, timezone($site_timezone, (on_date + 1)::timestamp)))
            - epoch_us(greatest(from_at, timezone($site_timezone, on_date::timestamp))) as us
        from daily
    )
select agent_id, on_date, reason, (sum(us) * 0.000001::decimal(7, 6))::decimal(12, 3) as pause_s
from cut
where us > 0
group by agent_id, on_date, reason
