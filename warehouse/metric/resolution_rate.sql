-- Whether an interaction was resolved, as documented: 1 or 0.
select
    interaction_id as entity_id,
    case when coalesce(outcome, 'answered') = 'answered' then resolved::integer end as value,
    case
        when coalesce(outcome, 'answered') <> 'answered'
        then 'excluded'
        when resolved is null
        then 'unknown'
        else 'counted'
    end as state
from core.interaction
