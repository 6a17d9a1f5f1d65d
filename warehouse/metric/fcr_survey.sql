-- First contact resolution by survey: whether the customer says a first contact settled the matter: 1 or 0.
with
    answer as (
        select interaction_id, case when place in (0, 1) then place end as is_resolved
        from core.customer_answer
        where is_last and question in ('fcr', 'resolved')
        qualify row_number() over (partition by interaction_id order by value is not null desc, question) = 1
    ),
    judged as (
        select
            c.interaction_id,
            a.is_resolved,
            case
                when c.first_state = 'excluded' or a.interaction_id is null
                then 'excluded'
                when c.first_state = 'unknown' or a.is_resolved is null
                then 'unknown'
                else 'counted'
            end as state
        from
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
                    ) as first_state
                from core.repeat_contact
            ) as c
        left join answer as a using (interaction_id)
    )
select interaction_id as entity_id, case when state = 'counted' then is_resolved::integer end as value, state
from judged
