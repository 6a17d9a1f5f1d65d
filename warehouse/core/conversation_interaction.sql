-- One row per conversation of a cloud contact centre, in the shape of an interaction.
with
    handled as (
        select
            interaction_id,
            min(answered_at) as answered_at,
            arg_min(queue, leg_no) as queue,
            count(*) filter (where outcome = 'handled') > 0 as is_handled
        from core.conversation_leg
        group by interaction_id
    ),
    conversation as (
        select
            interaction_id,
            any_value(source_id) as source_id,
            first(media order by started_at nulls last, session_no) filter (
                where media in ('voice', 'callback', 'chat', 'email', 'message')
            ) as channel,
            any_value(direction) as direction,
            arg_min(customer_id, session_no) as customer_id,
            arg_min(queue, session_no) filter (where purpose = 'acd') as queue,
            any_value(conversation_started_at) as started_at,
            any_value(conversation_ended_at) as ended_at,
            coalesce(sum(metric_ivr_s), sum(ivr_s)) as ivr_s,
            bool_or(is_abandoned) as is_abandoned,
            bool_or(purpose = 'voicemail') as is_voicemail,
            arg_max(wrap_up_code, completed_at) as disposition,
            any_value(resolved) as resolved,
            any_value(extra) as extra,
            any_value(source) as source,
            any_value(file_id) as file_id,
            any_value(record_no) as record_no,
            any_value(byte_start) as byte_start,
            any_value(byte_end) as byte_end,
            any_value(updated_at) as updated_at,
            any_value(version) as version,
            any_value(run_seq) as run_seq
        from core.conversation_session as session
        group by interaction_id
    ),
    -- What was waited before the first answer; later queues are those of transfers.
    waited as (
        select session.interaction_id, sum(session.metric_queue_s) as queue_s
        from core.conversation_session as session
        left join handled using (interaction_id)
        where
            session.purpose = 'acd'
            and (not coalesce(handled.is_handled, false) or session.started_at <= handled.answered_at)
        group by session.interaction_id
    )
select
    conversation.interaction_id,
    source_id,
    channel,
    direction,
    customer_id,
    coalesce(conversation.queue, handled.queue) as queue,
    null::varchar as topic,
    null::varchar as language,
    started_at,
    handled.answered_at,
    ended_at,
    null::bigint as utc_offset_min,
    null::varchar as time_flag,
    ivr_s,
    queue_s,
    case
        when is_handled then 'answered' when is_voicemail then 'voicemail' when is_abandoned then 'abandoned'
    end as outcome,
    disposition,
    resolved,
    null::boolean as reopened,
    null::double as csat,
    null::double as csat_min,
    null::double as csat_max,
    null::boolean as consent,
    null::varchar as parent_id,
    extra,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    run_seq,
    null::bigint as superseded_seq
from conversation
left join handled using (interaction_id)
left join waited using (interaction_id)
