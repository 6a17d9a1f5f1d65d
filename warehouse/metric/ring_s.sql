-- Seconds a handled leg rang at its agent's before it was taken, as the source logs them.
select
    leg_id as entity_id,
    case when outcome = 'handled' then ring_s end as value,
    case when outcome <> 'handled' then 'excluded' when ring_s is null then 'unknown' else 'counted' end as state
from core.leg
