-- Share of written contacts first answered within the time promised in their queue, in opening hours: 1 or 0.
select interaction_id as entity_id, case when state = 'counted' then is_within::integer end as value, state
from
    (
        select
            interaction_id,
            coalesce(response_business_s <= respond_within_h * 3600, false) as is_within,
            case
                when state = 'excluded' or calendar is null
                then 'excluded'
                when state = 'unknown' or respond_within_h is null or age_business_s is null
                then 'unknown'
                when age_business_s < respond_within_h * 3600
                then 'immature'
                when state = 'answered' and response_business_s is null
                then 'unknown'
                else 'counted'
            end as state
        from core.first_response
    )
