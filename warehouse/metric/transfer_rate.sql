-- Whether a leg ended in a transfer: 1 or 0.
select
    leg_id as entity_id,
    case when outcome = 'handled' then (transfer <> 'none')::integer end as value,
    case when outcome <> 'handled' then 'excluded' when transfer is null then 'unknown' else 'counted' end as state
from core.leg
