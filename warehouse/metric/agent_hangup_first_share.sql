-- Whether the agent ended the talk, in legs of calls that ended it: 1 or 0.
select leg_id as entity_id, case when state = 'counted' then (hangup_by = 'agent')::integer end as value, state
from
    (
        select
            l.leg_id,
            l.hangup_by,
            case
                when l.outcome <> 'handled' or i.channel not in ('voice', 'callback') or l.transfer <> 'none'
                then 'excluded'
                when i.channel is null or l.hangup_by is null
                then 'unknown'
                else 'counted'
            end as state
        from core.leg as l
        left join core.interaction as i using (interaction_id)
    )
