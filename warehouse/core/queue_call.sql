-- One row per visit of a call to a queue of Asterisk: when it entered, how long it waited, what became of it.
with
    visit as (
        select
            interaction_id,
            queue_name,
            visit_no,
            any_value(system) as system,
            any_value(call_id) as call_id,
            min(place_no) as first_place,
            max(queue) as queue,
            first(direction order by place_no) as direction,
            first(utc_offset_min order by place_no) as utc_offset_min,
            first(time_flag order by place_no) as time_flag,
            first(verb order by place_no) filter (kind in ('enter', 'refuse')) as enter_verb,
            min(happened_at) filter (kind in ('enter', 'refuse')) as enter_at,
            min(happened_at - to_seconds((wait_s + coalesce(talk_s, 0))::double)) filter (
                kind in ('take', 'leave') or talk_s is not null
            ) as reckoned_at,
            min(happened_at) filter (kind = 'take') as take_at,
            min(happened_at - to_seconds(talk_s::double)) filter (kind = 'end') as reckoned_take_at,
            first(wait_s order by place_no) filter (kind = 'take') as take_wait_s,
            first(wait_s order by place_no) filter (kind = 'end') as end_wait_s,
            first(verb order by place_no) filter (kind = 'leave') as leave_verb,
            min(happened_at) filter (kind = 'leave') as leave_at,
            first(wait_s order by place_no) filter (kind = 'leave') as leave_wait_s,
            bool_or(kind in ('take', 'end')) as is_answered,
            last(verb order by place_no) filter (kind <> 'miss') as last_verb,
            last(happened_at order by place_no) filter (kind <> 'miss') as last_at,
            any_value(closed_at) as closed_at,
            first(caller order by place_no) filter (caller is not null) as caller,
            first(source order by place_no) as source,
            first(file_id order by place_no) as file_id,
            first(record_no order by place_no) as record_no,
            first(byte_start order by place_no) as byte_start,
            first(byte_end order by place_no) as byte_end,
            count(*) as version,
            max(run_seq) as run_seq
        from core.queue_call_event
        group by interaction_id, queue_name, visit_no
    ),
    placed as (
        select
            *,
            coalesce(enter_at, reckoned_at) as entered_at,
            lead(first_place) over in_order is null as is_last,
            row_number() over in_order as position
        from visit
        window
            in_order as (
                partition by interaction_id order by coalesce(enter_at, reckoned_at, last_at), last_at, first_place
            )
    ),
    known as (
        select
            *,
            case
                when is_answered
                then 'answered'
                when enter_verb in ('FULL', 'CLOSED')
                then lower(enter_verb)
                when enter_verb in ('JOINEMPTY', 'DIVERT_CA_RATIO', 'DIVERT_HOLDTIME')
                then 'blocked'
                when leave_verb = 'ABANDON'
                then 'abandoned'
                when leave_verb = 'EXITWITHTIMEOUT'
                then 'timeout'
                when leave_verb = 'EXITWITHKEY'
                then 'key_exit'
                when leave_verb is not null
                then 'empty'
                when is_last and closed_at is not null
                then 'failed'
            end as outcome,
            case when is_answered then coalesce(take_at, reckoned_take_at) end as answered_at
        from placed
    ),
    left_queue as (
        select
            *,
            case
                when is_answered
                then answered_at
                when outcome in ('full', 'closed', 'blocked')
                then entered_at
                when outcome = 'failed'
                then closed_at
                else leave_at
            end as left_at
        from known
    )
select
    interaction_id,
    position as visit_no,
    is_last,
    system,
    call_id,
    queue,
    direction,
    case
        when
            lower(caller) not in (
                'unknown', 'anonymous', 'unavailable', 'restricted', 'private', 'withheld', '<unknown>', '<anonymous>'
            )
        then caller
    end as customer_id,
    entered_at,
    answered_at,
    left_at,
    case
        when last_verb in ('COMPLETEAGENT', 'COMPLETECALLER', 'ABANDON')
        then last_at
        when last_verb in ('ENTERQUEUE', 'CONNECT') and is_last
        then closed_at
    end as ended_at,
    case
        when is_answered
        then coalesce(take_wait_s, end_wait_s, waited_s)
        when leave_at is not null
        then coalesce(leave_wait_s, waited_s)
    end as queue_s,
    outcome,
    utc_offset_min,
    time_flag,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    version,
    run_seq
from
    (
        select
            *,
            case
                when enter_verb = 'ENTERQUEUE' and left_at >= entered_at and left_at <= entered_at + interval 1 day
                then ((epoch_us(left_at) - epoch_us(entered_at)) / 1e6)::decimal(12, 3)
            end as waited_s
        from left_queue
    )
