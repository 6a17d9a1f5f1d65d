-- First contact resolution by repeat: whether no further contact on the matter followed a first one: 1 or 0.
with
    first_contact as (
        select
            *,
            first_contact_state(
                is_contact,
                is_answered,
                customer_id,
                previous_before_s,
                perhaps_previous_before_s,
                recorded_before_s,
                $window_days
            ) as first_state
        from core.repeat_contact
    ),
    judged as (
        select
            *,
            case
                when first_state = 'excluded'
                then 'excluded'
                when observed_after_s <= $window_days * 86400
                then 'immature'
                when first_state = 'unknown'
                then 'unknown'
                when next_after_s <= $window_days * 86400
                then 'counted'
                when perhaps_next_after_s <= $window_days * 86400
                then 'unknown'
                else 'counted'
            end as state
        from first_contact
    )
select
    interaction_id as entity_id,
    case when state = 'counted' then (coalesce(next_after_s, 'infinity') > $window_days * 86400)::integer end as value,
    state
from judged
