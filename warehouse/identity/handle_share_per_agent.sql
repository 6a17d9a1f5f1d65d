-- Shared handle times of an agent add up to the time in which at least one leg was open, found by joining intervals.
with
    reached as (
        select
            agent_id,
            from_ms,
            until_ms,
            is_complete,
            max(until_ms) over (
                partition by agent_id order by from_ms, leg_id rows between unbounded preceding and 1 preceding
            ) as reached_ms,
            max(until_ms) over (
                partition by agent_id, is_complete
                order by from_ms, leg_id
                rows between unbounded preceding and 1 preceding
            ) as kind_reached_ms
        from core.leg_interval
    ),
    open_time as (
        select
            agent_id,
            sum(greatest(until_ms - greatest(from_ms, coalesce(reached_ms, from_ms)), 0)) as open_ms,
            coalesce(
                sum(greatest(until_ms - greatest(from_ms, coalesce(kind_reached_ms, from_ms)), 0)) filter (is_complete),
                0
            ) as complete_ms,
            coalesce(
                sum(greatest(until_ms - greatest(from_ms, coalesce(kind_reached_ms, from_ms)), 0)) filter (
                    not is_complete
                ),
                0
            ) as incomplete_ms
        from reached
        group by agent_id
    ),
    shared as (
        select i.agent_id, coalesce(sum((m.value * 1000)::bigint), 0) as shared_ms
        from core.leg_interval as i
        join metric.handle_share_s as m on m.entity_id = i.leg_id
        group by i.agent_id
    )
select
    agent_id as scope,
    shared_ms / 1000 as left_value,
    (open_ms - incomplete_ms) / 1000 as right_value,
    -- Legs whose end is unknown take a share too, which nobody sees: what others have left lies between these two.
    case
        when shared_ms between open_ms - incomplete_ms and complete_ms and complete_ms + incomplete_ms > open_ms
        then 'legs of unknown end overlap others'
    end as cause
from open_time
join shared using (agent_id)
