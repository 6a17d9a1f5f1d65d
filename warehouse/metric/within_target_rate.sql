-- Share of written contacts first answered within the time promised in their queue: 1 or 0.
select interaction_id as entity_id, case when state = 'counted' then is_within::integer end as value, state
from
    (
        select
            interaction_id,
            coalesce(response_s <= respond_within_h * 3600, false) as is_within,
            case
                when state = 'excluded'
                then 'excluded'
                when state = 'unknown' or respond_within_h is null or age_s is null
                then 'unknown'
                when age_s < respond_within_h * 3600
                then 'immature'
                when state = 'answered' and response_s is null
                then 'unknown'
                else 'counted'
            end as state
        from core.first_response
    )
