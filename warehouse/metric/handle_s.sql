-- Handle time of a leg: talk, hold and wrap-up together, known only when all three are.
select
    leg_id as entity_id,
    case when outcome = 'handled' then talk_s + hold_s + wrap_s end as value,
    case
        when outcome <> 'handled'
        then 'excluded'
        -- The source of an e-mail logs no work time: nothing is missing, there is nothing to count.
        when source_is_written and coalesce(talk_s, hold_s, wrap_s) is null
        then 'excluded'
        when talk_s + hold_s + wrap_s is null
        then 'unknown'
        else 'counted'
    end as state
from
    (
        select
            leg_id,
            outcome,
            talk_s,
            hold_s,
            wrap_s,
            interaction_id
            in (select interaction_id from core.interaction where channel in ('email', 'letter')) as source_is_written
        from core.leg
    )
