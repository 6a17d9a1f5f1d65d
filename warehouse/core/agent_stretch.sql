-- One row per stretch of a local day in which nothing changed for an agent: what the agent did and what was planned.
with
    stated_day as (
        select distinct agent_id, timezone($site_timezone, started_at)::date as on_date
        from core.agent_state
        where state = 'contact'
    ),
    span as (
        select agent_id, state as kind, started_at, ended_at
        from core.agent_state
        where state in ('login', 'available', 'contact', 'hold', 'wrap', 'pause')
        union all
        -- Where the source does not say when the agent was on a contact, the contacts do.
        select leg.agent_id, 'leg', leg.started_at, leg.ended_at
        from
            (
                select
                    agent_id,
                    make_timestamptz(from_ms * 1000) as started_at,
                    make_timestamptz(until_ms * 1000) as ended_at
                from core.leg_interval
            ) as leg
        anti join
            stated_day
            on stated_day.agent_id = leg.agent_id
            and stated_day.on_date = timezone($site_timezone, leg.started_at)::date
        union all
        select agent_id, case activity when 'work' then 'planned_work' else 'planned_other' end, starts_at, ends_at
        from core.shift
    ),
    edge as (
        select agent_id, kind, started_at as edge_at, 1 as step
        from span
        where ended_at > started_at
        union all
        select agent_id, kind, ended_at, -1
        from span
        where ended_at > started_at
    ),
    -- At a moment with several edges all stretches but the last are empty, in whatever order they come.
    stretch as (
        select
            agent_id,
            edge_at as from_at,
            lead(edge_at) over forward as until_at,
            coalesce(sum(step) filter (kind = 'login') over forward, 0) > 0 as is_login,
            coalesce(sum(step) filter (kind = 'available') over forward, 0) > 0 as is_available,
            coalesce(sum(step) filter (kind in ('contact', 'hold', 'wrap', 'leg')) over forward, 0)
            > 0 as is_on_contact,
            coalesce(sum(step) filter (kind = 'hold') over forward, 0) > 0 as is_hold,
            coalesce(sum(step) filter (kind = 'wrap') over forward, 0) > 0 as is_wrap,
            coalesce(sum(step) filter (kind = 'pause') over forward, 0) > 0 as is_pause,
            coalesce(sum(step) filter (kind = 'planned_work') over forward, 0) > 0 as is_planned_work,
            coalesce(sum(step) filter (kind = 'planned_other') over forward, 0) > 0 as is_planned_other
        from edge
        window forward as (partition by agent_id order by edge_at, kind, step rows unbounded preceding)
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
        where
            until_at > from_at
            and (is_login or is_available or is_on_contact or is_pause or is_planned_work or is_planned_other)
    ),
    cut as (
        select
            * replace (
                greatest(from_at, timezone($site_timezone, on_date::timestamp)) as from_at,
                least(until_at, timezone($site_timezone, (on_date + 1)::timestamp)) as until_at
            )
        from daily
    )
select
    agent_id,
    on_date,
    from_at,
    until_at,
    epoch_us(until_at) - epoch_us(from_at) as lasts_us,
    is_login,
    is_available,
    is_on_contact,
    is_hold,
    is_wrap,
    is_pause,
    is_planned_work and not is_planned_other as is_planned_work,
    is_planned_other
from cut
where until_at > from_at
