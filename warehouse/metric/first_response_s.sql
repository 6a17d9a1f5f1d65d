-- Time from the customer's first e-mail of a thread to the first public reply a person wrote, by the calendar.
with
    opening as (
        select thread_id, author, is_auto, sent_at, parent_id is not null or missing_id is not null as is_cut
        from core.message
        join core.thread_message using (message_id)
        where is_opening
    ),
    written as (
        select thread_id, min(sent_at) as agent_at
        from core.message
        join core.thread_message using (message_id)
        where author = 'agent' and not is_auto and is_public
        group by thread_id
    ),
    judged as (
        select
            interaction_id,
            date_diff('millisecond', opening.sent_at, answered_at) / 1000 as response_s,
            case
                when opening.is_auto or opening.author in ('bot', 'system')
                then 'excluded'
                -- Who began it, and when, stands in a message that is not loaded.
                when is_cut
                then 'unknown'
                when opening.author <> 'customer'
                then 'excluded'
                -- A reply dated before the question: one of the two clocks is wrong, and so would be the time between.
                when written.agent_at < opening.sent_at
                then 'unknown'
                when answered_at is null or opening.sent_at is null
                then 'unknown'
                else 'counted'
            end as state
        from core.thread_interaction
        join opening on opening.thread_id = interaction_id
        left join written on written.thread_id = interaction_id
    )
select interaction_id as entity_id, case when state = 'counted' then response_s end as value, state
from judged
