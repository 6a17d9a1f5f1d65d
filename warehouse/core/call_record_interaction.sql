-- One row per telephone call, from the detail records of the exchange, in the shape of an interaction.
with
    record as (
        select call.interaction_id, record.*, coalesce(queue_answered_at, queue_left_at) as queue_end
        from core.call_record as record
        join core.call_record_call as call using (record_id)
    ),
    whole as (
        select
            interaction_id,
            first(record_id order by started_at, record_id) as record_id,
            first(direction order by started_at, record_id) filter (where direction is not null) as direction,
            first(queue order by started_at, record_id) filter (where queue is not null) as queue,
            case when count(*) = count(ended_at) then max(ended_at) end as ended_at,
            min(queue_joined_at) as joined_at,
            count(queue_joined_at) = count(queue_end) as has_waits,
            sum(epoch_us(queue_end) - epoch_us(queue_joined_at)) as wait_us,
            last(queue_outcome order by started_at, record_id) filter (
                where queue_outcome is not null
            ) as queue_outcome,
            first(disposition order by disposition <> 'ANSWERED', started_at, record_id) filter (
                where disposition is not null
            ) as disposition,
            bool_or(is_voicemail) as is_voicemail,
            bool_and(coalesce(disposition, hangup_cause) in ('BUSY', 'USER_BUSY')) as is_busy,
            bool_and(coalesce(disposition, hangup_cause) in ('FAILED', 'CONGESTION')) as is_failed,
            sum(version)::bigint as version,
            max(run_seq) as run_seq
        from record
        group by interaction_id
    ),
    handled as (
        select interaction_id, case when count(*) = count(answered_at) then min(answered_at) end as answered_at
        from core.call_record_leg
        where outcome = 'handled'
        group by interaction_id
    )
select
    whole.interaction_id,
    substr(whole.interaction_id, length(head.system) + 2) as source_id,
    'voice' as channel,
    whole.direction,
    case whole.direction when 'inbound' then head.caller when 'outbound' then head.called end as customer_id,
    whole.queue,
    null::varchar as topic,
    null::varchar as language,
    head.started_at,
    handled.answered_at,
    whole.ended_at,
    head.utc_offset_min,
    head.time_flag,
    ((epoch_us(whole.joined_at) - epoch_us(head.started_at))::decimal(18, 0) / 1000000)::decimal(12, 3) as ivr_s,
    case when whole.has_waits then (whole.wait_us::decimal(18, 0) / 1000000)::decimal(12, 3) end as queue_s,
    case
        when handled.interaction_id is not null
        then 'answered'
        when whole.is_voicemail
        then 'voicemail'
        when whole.queue_outcome <> 'answered'
        then whole.queue_outcome
        when whole.is_busy
        then 'busy'
        when whole.is_failed
        then 'failed'
    end as outcome,
    coalesce(whole.disposition, head.hangup_cause) as disposition,
    null::boolean as resolved,
    null::boolean as reopened,
    null::double as csat,
    null::double as csat_min,
    null::double as csat_max,
    null::boolean as consent,
    null::varchar as parent_id,
    head.extra,
    head.source,
    head.file_id,
    head.record_no,
    head.byte_start,
    head.byte_end,
    head.updated_at,
    whole.version,
    whole.run_seq,
    null::bigint as superseded_seq
from whole
join core.call_record as head using (record_id)
left join handled on handled.interaction_id = whole.interaction_id
