-- Handled legs of an agent, counted at the source table = the sum of their days in main.agent_day.
select
    coalesce(c.agent_id, m.agent_id) as scope,
    coalesce(c.legs, 0) as left_value,
    coalesce(m.legs, 0) as right_value,
    null::varchar as cause
from (select agent_id, count(*) as legs from core.leg where outcome = 'handled' group by agent_id) as c
full join (select agent_id, sum(legs) as legs from main.agent_day group by agent_id) as m using (agent_id)
