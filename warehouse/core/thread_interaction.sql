-- One row per e-mail thread in the shape of an interaction, so that threads and calls are counted alike.
with
    mail as (
        select *, author in ('agent', 'customer') and not is_auto and is_public as is_word
        from core.message
        join core.thread_message using (message_id)
    ),
    thread as (
        select
            thread_id,
            min(sent_at) filter (where is_word and author = 'customer') as customer_at,
            bool_or(is_word and sent_at is null) as has_undated,
            max(sent_at) as ended_at,
            first(customer_id order by is_opening desc, sent_at nulls last, message_id) filter (
                where customer_id is not null
            ) as customer_id,
            first(queue order by is_opening desc, sent_at nulls last, message_id) filter (
                where queue is not null
            ) as queue,
            first(language order by is_opening desc, sent_at nulls last, message_id) filter (
                where language is not null
            ) as language,
            count(*) as version,
            max(run_seq) as run_seq
        from mail
        group by thread_id
    ),
    reply as (
        select mail.thread_id, min(mail.sent_at) as answered_at
        from mail
        join thread using (thread_id)
        where mail.is_word and mail.author = 'agent' and mail.sent_at >= thread.customer_at and not thread.has_undated
        group by mail.thread_id
    )
select
    thread.thread_id as interaction_id,
    substr(thread.thread_id, length(opening.system) + 2) as source_id,
    'email' as channel,
    opening.direction,
    thread.customer_id,
    thread.queue,
    null::varchar as topic,
    thread.language,
    opening.sent_at as started_at,
    reply.answered_at,
    thread.ended_at,
    null::bigint as utc_offset_min,
    case when opening.time_flag = 'dst_overlap' then opening.time_flag end as time_flag,
    null::decimal(12, 3) as ivr_s,
    null::decimal(12, 3) as queue_s,
    case when reply.answered_at is not null then 'answered' end as outcome,
    null::varchar as disposition,
    null::boolean as resolved,
    null::boolean as reopened,
    null::double as csat,
    null::double as csat_min,
    null::double as csat_max,
    null::boolean as consent,
    null::varchar as parent_id,
    null::json as extra,
    opening.source,
    opening.file_id,
    opening.record_no,
    opening.byte_start,
    opening.byte_end,
    opening.updated_at,
    thread.version,
    thread.run_seq,
    null::bigint as superseded_seq
from thread
join mail as opening on opening.thread_id = thread.thread_id and opening.is_opening
left join reply on reply.thread_id = thread.thread_id
