-- Time from the customer's first message to the first public reply a person wrote, by the calendar.
select
    interaction_id as entity_id,
    response_s as value,
    case state when 'answered' then 'counted' when 'excluded' then 'excluded' else 'unknown' end as state
from core.first_response
