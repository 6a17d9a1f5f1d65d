-- What the customer adds to the Net Promoter Score: 100 as promoter, -100 as detractor, else 0.
select
    i.interaction_id as entity_id,
    case when a.place >= 0.9 then 100 when a.place <= 0.6 then -100 when a.place is not null then 0 end as value,
    case when a.interaction_id is null then 'excluded' when a.place is null then 'unknown' else 'counted' end as state
from core.interaction as i
left join core.customer_answer as a on a.interaction_id = i.interaction_id and a.question = 'nps' and a.is_last
