-- One row per interaction with how far its customer's contacts on the same matter lie before and after it.
with
    handled as (select distinct interaction_id from core.leg where outcome = 'handled'),
    thread as (
        select t.thread_id as interaction_id, m.is_auto or m.author in ('bot', 'system') as is_machine
        from core.thread_message as t
        join core.message as m using (message_id)
        where t.is_opening
    ),
    contact as (
        select
            i.interaction_id,
            i.channel,
            i.customer_id,
            i.topic,
            i.started_at,
            case when i.started_at is not null then greatest(i.started_at, i.ended_at) end as until_at,
            case when thread.is_machine then false else i.direction = 'inbound' end as is_contact,
            case
                when i.outcome is not null
                then i.outcome = 'answered'
                when handled.interaction_id is not null or i.resolved is not null
                then true
                when thread.interaction_id is not null
                then false
            end as is_answered
        from core.interaction as i
        left join handled using (interaction_id)
        left join thread using (interaction_id)
    ),
    -- What each may be to others: a try of the customer's (sure, or perhaps where no direction is recorded), and a
    -- contact that was answered.
    placed as (
        select
            *,
            case when is_contact then started_at end as tried_at,
            case when coalesce(is_contact, true) then started_at end as perhaps_tried_at,
            case when is_contact and is_answered then until_at end as served_at,
            case when coalesce(is_contact, true) and coalesce(is_answered, true) then until_at end as perhaps_served_at
        from contact
        where customer_id is not null and started_at is not null
    ),
    near as (
        select
            *,
            min(tried_at) over later as next_at,
            min(perhaps_tried_at) over later as perhaps_next_at,
            min(case when topic is null then tried_at end) over later as untold_next_at,
            min(case when topic is null then perhaps_tried_at end) over later as perhaps_untold_next_at,
            min(tried_at) over later_on_topic as topic_next_at,
            min(perhaps_tried_at) over later_on_topic as perhaps_topic_next_at,
            max(served_at) over earlier as previous_at,
            max(perhaps_served_at) over earlier as perhaps_previous_at,
            max(case when topic is null then served_at end) over earlier as untold_previous_at,
            max(case when topic is null then perhaps_served_at end) over earlier as perhaps_untold_previous_at,
            max(served_at) over earlier_on_topic as topic_previous_at,
            max(perhaps_served_at) over earlier_on_topic as perhaps_topic_previous_at
        from placed
        window
            later as (
                partition by customer_id
                order by started_at, interaction_id
                rows between 1 following and unbounded following
            ),
            later_on_topic as (
                partition by customer_id, topic
                order by started_at, interaction_id
                rows between 1 following and unbounded following
            ),
            earlier as (
                partition by customer_id
                order by started_at, interaction_id
                rows between unbounded preceding and 1 preceding
            ),
            earlier_on_topic as (
                partition by customer_id, topic
                order by started_at, interaction_id
                rows between unbounded preceding and 1 preceding
            )
    ),
    known as (
        select *
        from near
        union all by name
        select *
        from contact
        where customer_id is null or started_at is null
    ),
    -- Two contacts are about one matter unless both topics are recorded and differ. least and greatest skip NULL.
    matched as (
        select
            *,
            case when topic is null then next_at else least(topic_next_at, untold_next_at) end as matter_next_at,
            case
                when topic is null then perhaps_next_at else least(perhaps_topic_next_at, perhaps_untold_next_at)
            end as perhaps_matter_next_at,
            case
                when topic is null then previous_at else greatest(topic_previous_at, untold_previous_at)
            end as matter_previous_at,
            case
                when topic is null
                then perhaps_previous_at
                else greatest(perhaps_topic_previous_at, perhaps_untold_previous_at)
            end as perhaps_matter_previous_at
        from known
    )
select
    m.interaction_id,
    m.customer_id,
    m.started_at,
    m.until_at,
    m.is_contact,
    m.is_answered,
    case
        when m.customer_id is null then null when m.topic is null then 'customer' else 'customer and topic'
    end as matched_by,
    (epoch_ms(m.matter_next_at) - epoch_ms(m.until_at)) / 1000 as next_after_s,
    (epoch_ms(m.perhaps_matter_next_at) - epoch_ms(m.until_at)) / 1000 as perhaps_next_after_s,
    (epoch_ms(m.started_at) - epoch_ms(m.matter_previous_at)) / 1000 as previous_before_s,
    (epoch_ms(m.started_at) - epoch_ms(m.perhaps_matter_previous_at)) / 1000 as perhaps_previous_before_s,
    (epoch_ms(m.next_at) - epoch_ms(m.until_at)) / 1000 as any_next_after_s,
    (epoch_ms(m.perhaps_next_at) - epoch_ms(m.until_at)) / 1000 as perhaps_any_next_after_s,
    (epoch_ms(m.started_at) - epoch_ms(m.previous_at)) / 1000 as any_previous_before_s,
    (epoch_ms(m.started_at) - epoch_ms(m.perhaps_previous_at)) / 1000 as perhaps_any_previous_before_s,
    (epoch_ms(m.started_at) - epoch_ms(b.first_at)) / 1000 as recorded_before_s
from matched as m
left join core.channel_begin as b using (channel)
