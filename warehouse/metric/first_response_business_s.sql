-- Time from the customer's first message to the first public reply a person wrote, in opening hours of the queue.
select
    interaction_id as entity_id,
    case when state = 'answered' then response_business_s end as value,
    case
        when state = 'excluded' or calendar is null
        then 'excluded'
        when state = 'answered' and response_business_s is not null
        then 'counted'
        else 'unknown'
    end as state
from core.first_response
