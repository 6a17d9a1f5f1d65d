-- Whether a written contact was solved with fewer than two replies of agents: 1 or 0.
with
    cut as (
        select distinct thread_id as interaction_id
        from core.thread_message
        where is_opening and (parent_id is not null or missing_id is not null)
    ),
    reply as (
        select interaction_id, count(*) filter (author = 'agent') as replies
        from core.written_word
        anti join cut using (interaction_id)
        group by interaction_id
    ),
    judged as (
        select
            i.interaction_id,
            reply.replies,
            case
                when i.resolved = false
                then 'excluded'
                when i.resolved is null or reply.replies is null
                then 'unknown'
                else 'counted'
            end as state
        from core.interaction as i
        left join reply using (interaction_id)
        where i.channel in ('email', 'chat', 'message', 'ticket')
    )
select interaction_id as entity_id, case when state = 'counted' then (replies < 2)::integer end as value, state
from judged
