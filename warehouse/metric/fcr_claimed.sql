-- First contact resolution as claimed: whether the agent documented a first contact as resolved: 1 or 0.
select entity_id, case when state = 'counted' then value end as value, state
from
    (
        select
            r.entity_id,
            r.value,
            case
                when 'excluded' in (first.state, r.state)
                then 'excluded'
                when 'unknown' in (first.state, r.state)
                then 'unknown'
                else 'counted'
            end as state
        from metric.resolution_rate as r
        join
            (
                select
                    interaction_id,
                    first_contact_state(
                        is_contact,
                        is_answered,
                        customer_id,
                        previous_before_s,
                        perhaps_previous_before_s,
                        recorded_before_s,
                        $window_days
                    ) as state
                from core.repeat_contact
            ) as first
            on first.interaction_id = r.entity_id
    )
