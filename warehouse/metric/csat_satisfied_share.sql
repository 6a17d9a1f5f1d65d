-- Whether the customer was satisfied, three quarters up the scale or higher: 1 or 0.
select
    i.interaction_id as entity_id,
    (a.place >= 0.75)::integer as value,
    case when a.interaction_id is null then 'excluded' when a.place is null then 'unknown' else 'counted' end as state
from core.interaction as i
left join core.customer_answer as a on a.interaction_id = i.interaction_id and a.question = 'csat' and a.is_last
