-- Seconds of talk in a leg, as the source logs them.
select
    leg_id as entity_id,
    case when outcome = 'handled' then talk_s end as value,
    case when outcome <> 'handled' then 'excluded' when talk_s is null then 'unknown' else 'counted' end as state
from core.leg
