-- Share of written contacts first answered within 24 hours: 1 or 0.
select interaction_id as entity_id, case when state = 'counted' then is_within::integer end as value, state
from
    (
        select
            interaction_id,
            coalesce(response_s <= 86400, false) as is_within,
            case
                when state = 'excluded'
                then 'excluded'
                when state = 'unknown' or age_s is null
                then 'unknown'
                when age_s < 86400
                then 'immature'
                when state = 'answered' and response_s is null
                then 'unknown'
                else 'counted'
            end as state
        from core.first_response
    )
