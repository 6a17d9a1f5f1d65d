-- Time of a leg by the clock, where time several legs of one agent overlap is shared evenly between them.
with
    -- Most legs overlap no other: what follows is only for those that do.
    begun as (
        select
            *,
            coalesce(
                max(until_ms) over (
                    partition by agent_id order by from_ms, leg_id rows between unbounded preceding and 1 preceding
                )
                <= from_ms,
                true
            ) as is_first,
            coalesce(lead(from_ms) over (partition by agent_id order by from_ms, leg_id) >= until_ms, true) as is_last
        from core.leg_interval
    ),
    -- Legs that hang together by overlapping are one stretch of work; no other leg has a part in it.
    placed as (
        select
            *,
            is_first and is_last as is_alone,
            count(*) filter (is_first) over (
                partition by agent_id order by from_ms, leg_id rows unbounded preceding
            ) as work_no
        from begun
    ),
    edges as (
        select agent_id, work_no, leg_id, from_ms, is_complete, from_ms as at_ms, 1 as step
        from placed
        where not is_alone
        union all
        select agent_id, work_no, leg_id, from_ms, is_complete, until_ms, -1
        from placed
        where not is_alone
    ),
    -- In a moment with several edges all stretches but the last are empty, in whatever order they come.
    stretches as (
        select *, lead(at_ms) over forward - at_ms as lasts_ms, (sum(step) over forward)::bigint as legs
        from edges
        window forward as (partition by agent_id order by at_ms, leg_id, step rows unbounded preceding)
    ),
    -- Units of 1/720720 ms: divisible by every number of legs up to 16, so nothing is lost in dividing.
    clock as (
        select
            *,
            coalesce(
                sum(case when legs > 0 then divide(lasts_ms * 720720, legs) else 0 end) over (
                    partition by agent_id order by at_ms, leg_id, step rows between unbounded preceding and 1 preceding
                ),
                0
            )::bigint as units
        from stretches
    ),
    leg as (
        select agent_id, work_no, leg_id, from_ms, is_complete, sum(- step * units)::bigint as units
        from clock
        group by agent_id, work_no, leg_id, from_ms, is_complete
    ),
    shares as (
        select
            leg_id,
            is_complete,
            units,
            (sum(units) over (partition by agent_id, work_no order by from_ms, leg_id rows unbounded preceding))::bigint
            as units_so_far
        from leg
    ),
    -- Rounded so that the shares of overlapping legs add up to the whole to the millisecond.
    rounded as (
        select
            leg_id,
            is_complete,
            (divide(units_so_far + 360360, 720720) - divide(units_so_far - units + 360360, 720720))::bigint as share_ms
        from shares
        union all
        select leg_id, is_complete, until_ms - from_ms
        from placed
        where is_alone
    )
select
    h.entity_id,
    case
        when h.state <> 'excluded' and r.is_complete then (r.share_ms * 0.001::decimal(4, 3))::decimal(12, 3)
    end as value,
    case when h.state = 'excluded' then 'excluded' when r.is_complete then 'counted' else 'unknown' end as state
from metric.handle_s as h
left join rounded as r on r.leg_id = h.entity_id
