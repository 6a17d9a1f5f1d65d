-- One row per agent's part of a telephone call, from the detail records of the exchange, in the shape of a leg.
with
    record as (
        select
            call.interaction_id,
            record.*,
            coalesce(record.ended_at, record.started_at) as span_end,
            bool_or(record.agent_role <> 'named') over (
                partition by call.interaction_id, record.agent_id
            ) as has_own_record,
            max(record.ended_at) filter (where record.hangup_by = 'customer') over (
                partition by call.interaction_id
            ) as customer_left_at,
            first(record.queue) over (
                partition by call.interaction_id
                order by record.queue is null, record.started_at, record.record_id
                rows between unbounded preceding and unbounded following
            ) as first_queue
        from core.call_record as record
        join core.call_record_call as call using (record_id)
    ),
    told as (
        select *, max(span_end) over before as before_end, lag(started_at) over in_order as before_start
        from record
        where agent_id is not null and (agent_role <> 'named' or not has_own_record)
        window
            in_order as (partition by interaction_id, agent_id order by started_at, record_id),
            before as (
                partition by interaction_id, agent_id
                order by started_at, record_id
                rows between unbounded preceding and 1 preceding
            )
    ),
    -- Passages within the exchange have records of their own: what overlaps is one part.
    parted as (
        select
            *,
            count(*) filter (
                where before_end is null or (started_at >= before_end and started_at <> before_start)
            ) over (partition by interaction_id, agent_id order by started_at, record_id) as part_no
        from told
    ),
    part as (
        select
            interaction_id,
            agent_id,
            part_no,
            bool_or(is_taken) as is_taken,
            min(started_at) as begun_at,
            min(offered_at) as offered_at,
            min(taken_at) as taken_at,
            coalesce(max(ended_at) filter (where talk_s is not null), max(ended_at)) as ended_at,
            coalesce(max(ring_s) filter (where is_taken), max(ring_s)) as ring_s,
            max(talk_s) as talk_s,
            max(hold_s) filter (where talk_s is not null) as hold_s,
            coalesce(min(queue), min(first_queue) filter (where agent_role <> 'caller')) as queue,
            first(hangup_by order by talk_s is null, started_at, record_id) as hangup_by,
            max(customer_left_at) as customer_left_at,
            first(record_id order by started_at, record_id) as record_id,
            sum(version)::bigint as version,
            max(run_seq) as run_seq
        from parted
        group by interaction_id, agent_id, part_no
    ),
    numbered as (
        select *, row_number() over (partition by interaction_id order by begun_at, agent_id, part_no) as leg_no
        from part
    )
select
    leg.interaction_id || '/' || leg.leg_no as leg_id,
    leg.interaction_id,
    leg.leg_no,
    leg.agent_id,
    leg.queue,
    coalesce(leg.offered_at, leg.taken_at) as started_at,
    leg.taken_at as answered_at,
    leg.ended_at,
    null::timestamptz as completed_at,
    leg.ring_s,
    leg.talk_s,
    leg.hold_s,
    null::decimal(12, 3) as wrap_s,
    case when leg.is_taken then 'handled' else 'missed' end as outcome,
    null::varchar as transfer,
    null::varchar as transfer_to,
    coalesce(
        leg.hangup_by,
        case
            when leg.is_taken and abs(epoch_us(leg.ended_at) - epoch_us(leg.customer_left_at)) <= 2000000
            then 'customer'
        end
    ) as hangup_by,
    null::varchar as note,
    record.extra,
    record.source,
    record.file_id,
    record.record_no,
    record.byte_start,
    record.byte_end,
    record.updated_at,
    leg.version,
    leg.run_seq,
    null::bigint as superseded_seq
from numbered as leg
join core.call_record as record using (record_id)
