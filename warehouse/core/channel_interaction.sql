-- One row per telephone call, from the exchange's channel events, in the shape of an interaction.
with
    event as (
        select call.interaction_id, event.*, event.channel_id = call.interaction_id as is_first
        from core.channel_event as event
        join core.channel_call as call using (call_id)
    ),
    whole as (
        select
            interaction_id,
            first(event_id order by happened_at, not is_first, event_id) as event_id,
            max(happened_at) filter (where kind = 'LINKEDID_END') as ended_at,
            first(caller order by happened_at, event_id) filter (where is_first and caller is not null) as caller,
            first(called order by happened_at, event_id) filter (where is_first and called is not null) as called,
            bool_or(is_first and agent_id is not null) as is_from_agent,
            bool_or(is_first and agent_id is null and channel not like 'Local/%') as is_from_outside,
            bool_or(not is_first and agent_id is not null) as is_to_agent,
            bool_or(not is_first and agent_id is null and channel not like 'Local/%') as is_to_outside,
            first(queue order by happened_at, event_id) filter (where queue is not null) as queue,
            min(happened_at) filter (where queue is not null and kind = 'APP_START') as joined_at,
            max(happened_at) filter (where queue is not null and kind = 'APP_END') as left_at,
            bool_or(app like 'VoiceMail%') as is_voicemail,
            first(hangup_cause order by happened_at, event_id) filter (
                where is_first and hangup_cause is not null
            ) as hangup_cause,
            sum(version)::bigint as version,
            max(run_seq) as run_seq
        from event
        group by interaction_id
    ),
    handled as (
        select interaction_id, case when count(*) = count(answered_at) then min(answered_at) end as answered_at
        from core.channel_leg
        where outcome = 'handled'
        group by interaction_id
    ),
    timed as (
        select
            whole.*,
            handled.interaction_id is not null as is_handled,
            handled.answered_at,
            case
                when handled.interaction_id is not null
                then handled.answered_at
                else coalesce(whole.left_at, whole.ended_at)
            end as waited_to,
            case
                when whole.is_from_outside
                then 'inbound'
                when whole.is_from_agent and whole.is_to_agent
                then 'internal'
                when whole.is_from_agent and whole.is_to_outside
                then 'outbound'
            end as direction
        from whole
        left join handled using (interaction_id)
    )
select
    timed.interaction_id,
    substr(timed.interaction_id, length(head.system) + 2) as source_id,
    'voice' as channel,
    timed.direction,
    case timed.direction when 'inbound' then timed.caller when 'outbound' then timed.called end as customer_id,
    timed.queue,
    null::varchar as topic,
    null::varchar as language,
    head.happened_at as started_at,
    timed.answered_at,
    timed.ended_at,
    head.utc_offset_min,
    head.time_flag,
    ((epoch_us(timed.joined_at) - epoch_us(head.happened_at))::decimal(18, 0) / 1000000)::decimal(12, 3) as ivr_s,
    case
        when timed.waited_to >= timed.joined_at
        then (epoch_us(timed.waited_to) - epoch_us(timed.joined_at))::decimal(18, 0) / 1000000
    end::decimal(12, 3) as queue_s,
    case
        when timed.is_handled
        then 'answered'
        when timed.is_voicemail
        then 'voicemail'
        when timed.hangup_cause = '17'
        then 'busy'
    end as outcome,
    timed.hangup_cause as disposition,
    null::boolean as resolved,
    null::boolean as reopened,
    null::double as csat,
    null::double as csat_min,
    null::double as csat_max,
    null::boolean as consent,
    null::varchar as parent_id,
    null::json as extra,
    head.source,
    head.file_id,
    head.record_no,
    head.byte_start,
    head.byte_end,
    head.updated_at,
    timed.version,
    timed.run_seq,
    null::bigint as superseded_seq
from timed
join core.channel_event as head using (event_id)
