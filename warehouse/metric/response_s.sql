-- Mean time from a customer's message to the next public reply a person wrote, over the messages answered.
select
    interaction_id as entity_id,
    -- Whole milliseconds: a mean of many parts must not depend on their order.
    case
        when count(*) filter (state = 'unknown') = 0 then (sum(response_s) * 1000)::bigint / count(response_s) / 1000
    end as value,
    case
        when count(response_s) > 0 and count(*) filter (state = 'unknown') = 0 then 'counted' else 'unknown'
    end as state
from core.message_response
group by interaction_id
