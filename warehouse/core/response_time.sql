-- One row per written contact: when the customer asked and was first answered, and how long that took on both clocks.
with
    opening as (
        select thread_id, author, is_auto, sent_at, parent_id is not null or missing_id is not null as is_cut
        from core.message
        join core.thread_message using (message_id)
        where is_opening
    ),
    written as (
        select
            interaction_id,
            count(*) filter (written_at is null) > 0 as has_undated,
            min(written_at) filter (author = 'customer') as customer_at,
            min(written_at) filter (author = 'agent') as agent_at
        from core.written_word
        group by interaction_id
    ),
    chat_reply as (
        select word.interaction_id, min(word.written_at) as replied_at
        from core.written_word as word
        join written using (interaction_id)
        where word.author = 'agent' and word.written_at >= written.customer_at
        group by word.interaction_id
    ),
    thread as (
        select
            t.interaction_id,
            opening.sent_at as asked_at,
            t.answered_at as replied_at,
            case
                when opening.is_auto or opening.author in ('bot', 'system')
                then 'excluded'
                -- Who began it, and when, stands in a message that is not loaded.
                when opening.is_cut
                then 'unknown'
                when opening.author <> 'customer'
                then 'excluded'
                -- A reply dated before the question: one of the two clocks is wrong, and so would be the time between.
                when written.agent_at < opening.sent_at or opening.sent_at is null
                then 'unknown'
                when t.answered_at is not null
                then 'answered'
                when written.has_undated or answering.system is null
                then 'unknown'
                else 'waiting'
            end as state
        from core.thread_interaction as t
        join opening on opening.thread_id = t.interaction_id
        left join written using (interaction_id)
        left join core.answer_source as answering on answering.system = split_part(t.interaction_id, ':', 1)
    ),
    other as (
        select
            i.*,
            written.interaction_id is not null as has_words,
            written.has_undated,
            written.customer_at,
            chat_reply.replied_at,
            telling.channel is not null as tells_answers
        from core.interaction as i
        anti join core.thread_interaction as t on t.interaction_id = i.interaction_id
        left join written on written.interaction_id = i.interaction_id
        left join chat_reply on chat_reply.interaction_id = i.interaction_id
        left join
            core.answer_source as telling
            on telling.channel = i.channel
            and telling.source is not distinct from i.source
        where i.channel in ('email', 'chat', 'message', 'ticket', 'letter')
    ),
    contact as (
        select interaction_id, asked_at, replied_at, state
        from thread
        union all
        select
            interaction_id,
            case when has_words then customer_at else started_at end,
            case when has_words then replied_at else answered_at end,
            case
                when direction in ('outbound', 'internal')
                then 'excluded'
                when has_words
                then
                    case
                        when has_undated or customer_at is null
                        then 'unknown'
                        when replied_at is not null
                        then 'answered'
                        else 'waiting'
                    end
                -- An agent who took a chat has not yet written a word.
                when channel in ('chat', 'message') or started_at is null or answered_at < started_at
                then 'unknown'
                when answered_at is not null
                then 'answered'
                when outcome = 'answered' or not tells_answers
                then 'unknown'
                else 'waiting'
            end
        from other
    ),
    -- What a queue is promised, or else what holds for queues that are not listed.
    promised as (
        select
            contact.interaction_id,
            i.channel,
            i.queue,
            case when state in ('answered', 'waiting') then asked_at end as asked_at,
            case when state = 'answered' then replied_at end as replied_at,
            state,
            case
                when own.queue is not null then own.respond_within_h else others.respond_within_h
            end as respond_within_h,
            case when own.queue is not null then own.calendar else others.calendar end as calendar
        from contact
        left join core.interaction as i using (interaction_id)
        left join ops.queue_setting as own on own.queue = i.queue
        left join (select * from ops.queue_setting where queue is null) as others on true
    ),
    clocked as (
        select
            f.*,
            epoch_ms(f.replied_at) - epoch_ms(f.asked_at) as response_ms,
            open_ms_at(f.replied_at, r.opens_at, r.closes_at, r.open_s_before)
            - open_ms_at(f.asked_at, a.opens_at, a.closes_at, a.open_s_before) as response_business_ms,
            open_ms_at(f.asked_at, a.opens_at, a.closes_at, a.open_s_before) as asked_open_ms
        from promised as f
        asof left join ops.opening as a on a.calendar = f.calendar and f.asked_at >= a.opens_at
        asof left join ops.opening as r on r.calendar = f.calendar and f.replied_at >= r.opens_at
    )
select
    interaction_id,
    channel,
    queue,
    state,
    asked_at,
    replied_at,
    (response_ms * 0.001::decimal(4, 3))::decimal(18, 3) as response_s,
    calendar,
    (response_business_ms * 0.001::decimal(4, 3))::decimal(18, 3) as response_business_s,
    respond_within_h,
    asked_open_ms
from clocked
