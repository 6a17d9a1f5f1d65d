-- One row per agent's part of a cloud contact centre's conversation, in the shape of a leg.
with
    part as (
        select
            interaction_id,
            participant_no,
            any_value(agent_id) as agent_id,
            arg_max(queue, session_no) as queue,
            min(started_at) as started_at,
            min(answered_at) as answered_at,
            max(ended_at) as ended_at,
            max(completed_at) as completed_at,
            bool_or(is_open) as is_open,
            coalesce(sum(metric_ring_s), sum(ring_s)) as ring_s,
            coalesce(sum(dial_s), 0) as dial_s,
            sum(talk_s) as talk_s,
            sum(metric_talk_s) as metric_talk_s,
            sum(hold_s) as hold_s,
            sum(metric_hold_s) as metric_hold_s,
            sum(wrap_s) as wrap_s,
            sum(metric_wrap_s) as metric_wrap_s,
            sum(metric_handle_s) as metric_handle_s,
            bool_or(is_not_responding) as is_not_responding,
            bool_or(is_blind_transfer) as is_blind_transfer,
            bool_or(is_consult_transfer) as is_consult_transfer,
            coalesce(bool_or(is_wrap_skipped), false) as is_wrap_skipped,
            arg_max(disconnect_type, ended_at) as disconnect_type,
            arg_max(note, session_no) as note,
            any_value(source) as source,
            any_value(file_id) as file_id,
            any_value(record_no) as record_no,
            any_value(byte_start) as byte_start,
            any_value(byte_end) as byte_end,
            any_value(updated_at) as updated_at,
            any_value(version) as version,
            any_value(run_seq) as run_seq
        from core.conversation_session as session
        where agent_id is not null and not is_listening and media in ('voice', 'callback', 'chat', 'email', 'message')
        group by interaction_id, participant_no
    ),
    offered as (
        select
            *,
            case when answered_at is not null or metric_handle_s is not null then 'handled' else 'missed' end as outcome
        from part
        where answered_at is not null or metric_handle_s is not null or is_not_responding or ring_s is not null
    ),
    -- Where segments and metrics differ by more than a second nobody knows which is right: the part is unknown.
    agreed as (
        select
            *,
            case
                when not is_open and abs(talk_s - coalesce(metric_talk_s, talk_s)) <= 1
                then coalesce(metric_talk_s, talk_s)
                when not is_open and talk_s is null
                then metric_talk_s
            end as sure_talk_s,
            case
                when not is_open and abs(coalesce(hold_s, 0) - coalesce(metric_hold_s, hold_s, 0)) <= 1
                then coalesce(metric_hold_s, hold_s, 0)
            end as sure_hold_s,
            case
                when not is_open and abs(wrap_s - coalesce(metric_wrap_s, wrap_s)) <= 1
                then coalesce(metric_wrap_s, wrap_s)
                when not is_open and wrap_s is null
                then metric_wrap_s
            end as found_wrap_s
        from offered
    ),
    wrapped as (
        select
            *,
            case
                when wrap_s is not null or metric_wrap_s is not null or is_open
                then found_wrap_s
                -- None is on record: there was none if the agent skipped it, or if the handle time leaves no room.
                when is_wrap_skipped or abs(metric_handle_s - sure_talk_s - sure_hold_s) <= 1
                then 0
            end as sure_wrap_s
        from agreed
    ),
    -- Dialling is in the handle time of calls the agent made, and is no part of ours.
    checked as (
        select
            *,
            coalesce(
                metric_handle_s not between sure_talk_s + sure_hold_s + sure_wrap_s - 1
                and sure_talk_s + sure_hold_s + sure_wrap_s + dial_s + 1
                or epoch_us(ended_at)::hugeint - epoch_us(answered_at) + 2000000
                < (coalesce(sure_talk_s, 0) + coalesce(sure_hold_s, 0)) * 1000000,
                false
            ) as is_contradictory
        from wrapped
    ),
    numbered as (
        select
            *,
            case when outcome = 'handled' and not is_contradictory then sure_talk_s end as leg_talk_s,
            case when outcome = 'handled' and not is_contradictory then sure_hold_s end as leg_hold_s,
            case when outcome = 'handled' and not is_contradictory then sure_wrap_s end as leg_wrap_s,
            row_number() over in_order as leg_no,
            lead(agent_id) over in_order as next_agent_id
        from checked
        window in_order as (partition by interaction_id order by started_at nulls last, participant_no)
    ),
    -- The queue a contact was sent on to: the next one it entered when the agent's part ended.
    sent_on as (
        select numbered.interaction_id, numbered.leg_no, arg_min(session.queue, session.started_at) as queue
        from numbered
        join
            core.conversation_session as session
            on session.interaction_id = numbered.interaction_id
            and session.purpose = 'acd'
            and session.queue is not null
            and session.started_at >= numbered.ended_at - to_seconds(2)
        where numbered.is_blind_transfer or numbered.disconnect_type in ('transfer', 'forwardtransfer')
        group by numbered.interaction_id, numbered.leg_no
    )
select
    numbered.interaction_id || '/' || numbered.leg_no as leg_id,
    numbered.interaction_id,
    numbered.leg_no,
    numbered.agent_id,
    numbered.queue,
    numbered.started_at,
    numbered.answered_at,
    numbered.ended_at,
    case
        when outcome = 'handled' and not is_open and leg_wrap_s is not null then numbered.completed_at
    end as completed_at,
    numbered.ring_s,
    leg_talk_s as talk_s,
    leg_hold_s as hold_s,
    leg_wrap_s as wrap_s,
    outcome,
    case
        when outcome = 'missed' or is_open
        then null
        when is_consult_transfer or disconnect_type in ('consulttransfer', 'conferencetransfer')
        then 'attended'
        when sent_on.queue is not null
        then 'queue'
        when is_blind_transfer or disconnect_type in ('transfer', 'forwardtransfer')
        then 'blind'
        when disconnect_type is not null
        then 'none'
    end as transfer,
    case
        when outcome = 'missed' or is_open
        then null
        when is_consult_transfer or disconnect_type in ('consulttransfer', 'conferencetransfer')
        then next_agent_id
        when is_blind_transfer or disconnect_type in ('transfer', 'forwardtransfer')
        then coalesce(sent_on.queue, next_agent_id)
    end as transfer_to,
    case
        when outcome = 'missed' or is_open
        then null
        when disconnect_type in ('client', 'endpoint')
        then 'agent'
        when disconnect_type = 'peer'
        then 'customer'
        when disconnect_type in ('system', 'error', 'timeout', 'transportfailure')
        then 'system'
    end as hangup_by,
    numbered.note,
    case
        when
            outcome = 'handled'
            and not is_open
            and (
                is_contradictory
                or (coalesce(talk_s, metric_talk_s) is not null and sure_talk_s is null)
                or sure_hold_s is null
                or (coalesce(wrap_s, metric_wrap_s) is not null and sure_wrap_s is null)
            )
        then
            json_object(
                'segments_talk_s',
                talk_s,
                'metrics_talk_s',
                metric_talk_s,
                'segments_hold_s',
                hold_s,
                'metrics_hold_s',
                metric_hold_s,
                'segments_wrap_s',
                wrap_s,
                'metrics_wrap_s',
                metric_wrap_s,
                'metrics_handle_s',
                metric_handle_s
            )
    end as extra,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    run_seq,
    null::bigint as superseded_seq
from numbered
left join sent_on using (interaction_id, leg_no)
