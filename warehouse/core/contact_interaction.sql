-- One row per chain of contact records in the shape of an interaction: what the customer saw as one contact.
with
    -- An agent who dials is connected at once; the customer answers when their own end is connected, or never.
    reached as (
        select
            *,
            case
                when initiation_method in ('OUTBOUND', 'EXTERNAL_OUTBOUND', 'CALLBACK')
                then connected_at is not null
                else true
            end
            and agent_id is not null as is_answered,
            case
                when initiation_method in ('OUTBOUND', 'EXTERNAL_OUTBOUND', 'CALLBACK')
                then greatest(connected_at, answered_at)
                else answered_at
            end as reached_at
        from core.contact_record
    ),
    contact as (
        select
            chain.interaction_id,
            chain.position,
            record.*,
            min(chain.position) filter (where record.is_answered) over one_chain as answered_position,
            before.contact_id is null and record.previous_contact_id is not null as is_after_gap,
            after.contact_id is null and record.next_contact_id is not null as is_before_gap
        from core.contact_chain as chain
        join reached as record using (contact_id)
        left join core.contact_chain as before on before.contact_id = record.previous_contact_id
        left join core.contact_chain as after on after.contact_id = record.next_contact_id
        window one_chain as (partition by chain.interaction_id)
    ),
    waited as (
        select interaction_id, case when count(*) = count(queue_s) then sum(queue_s) end as queue_s
        from contact
        where is_queued and position <= coalesce(answered_position, position)
        group by interaction_id
    ),
    spoken as (
        select interaction_id, first(language order by position, output desc) as language
        from core.contact_turn
        join core.contact_chain using (contact_id)
        where language is not null
        group by interaction_id
    ),
    whole as (
        select
            interaction_id,
            bool_and(not is_after_gap) and bool_or(contact_id = interaction_id) as has_begin,
            bool_and(not is_before_gap and ended_at is not null) as has_end,
            bool_or(is_answered) as is_answered,
            bool_or(agent_id is not null) as has_agent,
            bool_or(is_queued) as is_queued,
            min(reached_at) filter (where is_answered) as answered_at,
            max(ended_at) as ended_at,
            first(customer_id order by position) filter (where customer_id is not null) as customer_id,
            first(queue order by position) filter (where queue is not null) as queue,
            last(topic order by position) filter (where topic is not null) as topic,
            first(language order by position) filter (where language is not null) as language,
            last(resolved order by position) filter (where resolved is not null) as resolved,
            last(disconnect_reason order by position) as disconnect_reason,
            max(updated_at) as updated_at,
            sum(version)::bigint as version,
            max(run_seq) as run_seq
        from contact
        group by interaction_id
    )
select
    whole.interaction_id,
    substr(whole.interaction_id, length(head.system) + 2) as source_id,
    head.channel,
    case
        when not whole.has_begin
        then null
        when head.initiation_method in ('OUTBOUND', 'EXTERNAL_OUTBOUND', 'CALLBACK', 'AGENT_REPLY')
        then 'outbound'
        when head.initiation_method in ('INBOUND', 'WEBRTC_API')
        then 'inbound'
        when head.initiation_method = 'API' and head.channel = 'chat'
        then 'inbound'
        when head.initiation_method = 'API' and head.channel = 'voice'
        then 'outbound'
    end as direction,
    whole.customer_id,
    whole.queue,
    whole.topic,
    coalesce(whole.language, spoken.language) as language,
    head.initiated_at as started_at,
    case when whole.has_begin then whole.answered_at end as answered_at,
    case when whole.has_end then whole.ended_at end as ended_at,
    null::bigint as utc_offset_min,
    null::varchar as time_flag,
    case
        when whole.has_begin and head.channel = 'voice' and head.initiation_method = 'INBOUND'
        then (epoch_us(head.enqueued_at) - epoch_us(head.initiated_at))::decimal(18, 0) / 1000000
    end::decimal(12, 3) as ivr_s,
    case when whole.has_begin then waited.queue_s end::decimal(12, 3) as queue_s,
    case
        when whole.is_answered
        then 'answered'
        when
            whole.has_begin
            and whole.has_end
            and whole.is_queued
            and not whole.has_agent
            and head.channel in ('voice', 'chat')
        then 'abandoned'
    end as outcome,
    case when whole.has_end then whole.disconnect_reason end as disposition,
    whole.resolved,
    null::boolean as reopened,
    null::double as csat,
    null::double as csat_min,
    null::double as csat_max,
    null::boolean as consent,
    parent.interaction_id as parent_id,
    head.extra,
    head.source,
    head.file_id,
    head.record_no,
    head.byte_start,
    head.byte_end,
    whole.updated_at,
    whole.version,
    whole.run_seq,
    null::bigint as superseded_seq
from whole
join contact as head on head.interaction_id = whole.interaction_id and head.position = 1
left join waited on waited.interaction_id = whole.interaction_id
left join spoken on spoken.interaction_id = whole.interaction_id
left join
    core.contact_chain as parent
    on parent.contact_id = head.related_contact_id
    and parent.interaction_id <> whole.interaction_id
