-- One row per agent and local day: logged in, available, on contact, paused; occupancy, utilisation, conformance.
with
    summed as (
        select
            agent_id,
            on_date,
            sum(lasts_us) filter (is_login) as login_us,
            sum(lasts_us) filter (is_available) as available_us,
            sum(lasts_us) filter (is_on_contact) as on_contact_us,
            sum(lasts_us) filter (is_hold) as hold_us,
            sum(lasts_us) filter (is_wrap) as wrap_us,
            sum(lasts_us) filter (is_pause) as pause_us,
            sum(lasts_us) filter (is_planned_work or is_planned_other) as scheduled_us,
            -- Fitting: there for customers while work is planned, and not there while it is not.
            coalesce(
                sum(lasts_us) filter (
                    (is_planned_work and is_login and not is_pause)
                    or (is_planned_other and not (is_login and not is_pause))
                ),
                0
            ) as fitting_login_us,
            coalesce(
                sum(lasts_us) filter (
                    (is_planned_work and (is_available or is_on_contact))
                    or (is_planned_other and not (is_available or is_on_contact))
                ),
                0
            ) as fitting_state_us
        from core.agent_stretch
        group by agent_id, on_date
    ),
    lasting as (
        select
            agent_id,
            source,
            state,
            ended_at is null as is_open,
            unnest(
                generate_series(
                    timezone($site_timezone, started_at)::date::timestamp,
                    -- What ends at midnight tells nothing of the day that begins then.
                    timezone(
                        $site_timezone, greatest(started_at, coalesce(ended_at, started_at) - interval 1 microsecond)
                    )::date::timestamp,
                    interval 1 day
                )
            )::date as on_date
        from core.agent_state
    ),
    told as (select distinct source, state from core.agent_state),
    -- What the sources of an agent's day tell at all: only then is its absence nothing, and not unknown.
    telling as (
        select
            agent_id,
            on_date,
            bool_or(told.state = 'login') as tells_login,
            bool_or(told.state = 'available') as tells_available,
            bool_or(told.state = 'contact') as tells_contact,
            bool_or(told.state = 'hold') as tells_hold,
            bool_or(told.state = 'wrap') as tells_wrap,
            bool_or(told.state = 'pause') as tells_pause
        from (select distinct agent_id, on_date, source from lasting) as day
        join told on told.source is not distinct from day.source
        group by agent_id, on_date
    ),
    open as (
        select
            agent_id,
            on_date,
            count(*) as open_spans,
            bool_or(state = 'login') as login,
            bool_or(state = 'available') as available,
            bool_or(state in ('contact', 'hold', 'wrap')) as on_contact,
            bool_or(state = 'hold') as hold,
            bool_or(state = 'wrap') as wrap,
            bool_or(state = 'pause') as pause
        from lasting
        where is_open and state in ('login', 'available', 'contact', 'hold', 'wrap', 'pause')
        group by agent_id, on_date
    ),
    stated as (select distinct agent_id, on_date from lasting where state = 'contact'),
    -- Contacts whose end is not known: how long the agent was on them is unknown, too.
    leg_day as (
        select
            c.agent_id, c.completed_on as on_date, count(*) filter (i.leg_id is null or not i.is_complete) as open_legs
        from core.leg_context as c
        left join core.leg_interval as i using (leg_id)
        group by c.agent_id, c.completed_on
    ),
    known as (
        select
            s.agent_id,
            s.on_date,
            coalesce(open.open_spans, 0) as open_spans,
            case when stated.agent_id is null then coalesce(leg_day.open_legs, 0) else 0 end as open_legs,
            case when t.tells_login and not coalesce(open.login, false) then coalesce(login_us, 0) end as login_us,
            case
                when t.tells_available and not coalesce(open.available, false) then coalesce(available_us, 0)
            end as available_us,
            case
                when stated.agent_id is not null
                then case when not coalesce(open.on_contact, false) then coalesce(on_contact_us, 0) end
                when coalesce(leg_day.open_legs, 0) = 0 and (leg_day.agent_id is not null or t.tells_contact)
                then coalesce(on_contact_us, 0)
            end as on_contact_us,
            case when t.tells_hold and not coalesce(open.hold, false) then coalesce(hold_us, 0) end as hold_us,
            case when t.tells_wrap and not coalesce(open.wrap, false) then coalesce(wrap_us, 0) end as wrap_us,
            case when t.tells_pause and not coalesce(open.pause, false) then coalesce(pause_us, 0) end as pause_us,
            scheduled_us,
            case
                when t.tells_login
                then
                    case
                        when not coalesce(open.login, false) and not coalesce(open.pause, false) then fitting_login_us
                    end
                when
                    t.tells_available
                    and t.tells_contact
                    and not coalesce(open.available, false)
                    and not coalesce(open.on_contact, false)
                then fitting_state_us
            end as fitting_us
        from summed as s
        left join telling as t using (agent_id, on_date)
        left join open using (agent_id, on_date)
        left join stated using (agent_id, on_date)
        left join leg_day using (agent_id, on_date)
    )
select
    agent_id,
    on_date,
    (login_us * 0.000001::decimal(7, 6))::decimal(12, 3) as logged_in_s,
    (available_us * 0.000001::decimal(7, 6))::decimal(12, 3) as available_s,
    (on_contact_us * 0.000001::decimal(7, 6))::decimal(12, 3) as on_contact_s,
    (hold_us * 0.000001::decimal(7, 6))::decimal(12, 3) as hold_s,
    (wrap_us * 0.000001::decimal(7, 6))::decimal(12, 3) as wrap_s,
    (pause_us * 0.000001::decimal(7, 6))::decimal(12, 3) as pause_s,
    on_contact_us / nullif(on_contact_us + available_us, 0) as occupancy,
    on_contact_us / nullif(login_us, 0) as utilisation,
    (scheduled_us * 0.000001::decimal(7, 6))::decimal(12, 3) as scheduled_s,
    case when scheduled_us > 0 then (fitting_us * 0.000001::decimal(7, 6))::decimal(12, 3) end as conforming_s,
    fitting_us / nullif(scheduled_us, 0) as conformance,
    open_spans,
    open_legs
from known
