-- Handle time of an agent = the sum of its parts over legs with all parts known; summed here from the legs themselves.
select
    coalesce(c.agent_id, m.agent_id) as scope,
    coalesce(c.total, 0) as left_value,
    coalesce(m.total, 0) as right_value,
    null::varchar as cause
from
    (
        select agent_id, sum(talk_s) + sum(hold_s) + sum(wrap_s) as total
        from core.leg
        where outcome = 'handled' and talk_s is not null and hold_s is not null and wrap_s is not null
        group by agent_id
    ) as c
full join (select agent_id, sum(handle_total_s) as total from main.agent_day group by agent_id) as m using (agent_id)
