-- Whether a solved interaction was opened again: 1 or 0.
select interaction_id as entity_id, case when state = 'counted' then reopened::integer end as value, state
from
    (
        select
            interaction_id,
            reopened,
            case
                when coalesce(outcome, 'answered') <> 'answered'
                then 'excluded'
                when reopened
                then 'counted'
                when not resolved
                then 'excluded'
                -- A call ends; who calls again makes a new interaction.
                when reopened is null and channel not in ('email', 'message', 'ticket', 'task', 'letter')
                then 'excluded'
                when resolved is null or reopened is null
                then 'unknown'
                else 'counted'
            end as state
        from core.interaction
    )
