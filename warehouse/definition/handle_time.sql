-- Every leg that counts on a day under one of the definitions of handle time, with its value there.
with
    handled as (
        select
            l.leg_id,
            c.direction,
            c.completed_on,
            timezone($site_timezone, coalesce(l.ended_at, l.answered_at))::date as ended_on,
            h.value as own_value,
            h.state as own_state,
            coalesce(l.talk_s, 0) + coalesce(l.hold_s, 0) + coalesce(l.wrap_s, 0) as known_s,
            coalesce(l.ring_s, 0) as dial_s
        from core.leg as l
        join core.leg_context as c using (leg_id)
        join metric.handle_s as h on h.entity_id = l.leg_id
        -- Where nothing at all is logged there is nothing to add up, whoever does it.
        where l.outcome = 'handled' and coalesce(l.talk_s, l.hold_s, l.wrap_s) is not null
    )
select 'callqa' as definition, leg_id as entity_id, own_value as value
from handled
where completed_on = $day and own_state = 'counted'
union all
select 'connect', leg_id, known_s
from handled
where ended_on = $day
union all
select 'genesys', leg_id, known_s + case when direction = 'outbound' then dial_s else 0 end
from handled
where completed_on = $day
