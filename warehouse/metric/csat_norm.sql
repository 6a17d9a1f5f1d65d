-- How satisfied the customer was, as a place on the scale asked for: 0 lowest, 1 highest.
select
    i.interaction_id as entity_id,
    a.place as value,
    case when a.interaction_id is null then 'excluded' when a.place is null then 'unknown' else 'counted' end as state
from core.interaction as i
left join core.customer_answer as a on a.interaction_id = i.interaction_id and a.question = 'csat' and a.is_last
