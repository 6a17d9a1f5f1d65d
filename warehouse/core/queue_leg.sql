-- One row per agent's part of a call of Asterisk, and one per ring an agent did not take, in the shape of a leg.
with
    taken as (
        select
            *,
            min(happened_at) filter (kind = 'take') over (
                partition by interaction_id, queue_name, agent_name
            ) as first_taken_at
        from core.queue_call_event
        where kind in ('take', 'end') and agent_id is not null
    ),
    -- Within one second: an end after some talk is that of an earlier part, an end without is that of this second's.
    turned as (
        select
            *,
            case
                when kind = 'end' and (talk_s > 1 or (coalesce(talk_s, 1) = 1 and first_taken_at < happened_at))
                then 0
                else
                    row_number() over (
                        partition by interaction_id, queue_name, agent_name, happened_at, kind order by place_no
                    )
            end as turn_no
        from taken
    ),
    grouped as (
        select
            *,
            count(*) filter (kind = 'take') over (
                partition by interaction_id, queue_name, agent_name
                order by happened_at, turn_no, kind desc, place_no
                rows unbounded preceding
            ) as part_no
        from turned
    ),
    part as (
        select
            interaction_id,
            any_value(system) as system,
            any_value(agent_id) as agent_id,
            any_value(agent_name) as agent_name,
            any_value(queue) as queue,
            min(place_no) as place_no,
            min(happened_at) filter (kind = 'take') as take_at,
            first(ring_s order by place_no) filter (kind = 'take') as ring_s,
            first(verb order by place_no) filter (kind = 'end') as end_verb,
            min(happened_at) filter (kind = 'end') as end_at,
            first(talk_s order by place_no) filter (kind = 'end') as talk_s,
            first(target order by place_no) filter (kind = 'end') as transfer_to,
            any_value(closed_at) as closed_at,
            max(place_no) as last_place,
            first(source order by place_no) as source,
            first(file_id order by place_no) as file_id,
            first(record_no order by place_no) as record_no,
            first(byte_start order by place_no) as byte_start,
            first(byte_end order by place_no) as byte_end,
            count(*) as version,
            max(run_seq) as run_seq
        from grouped
        group by interaction_id, queue_name, agent_name, part_no
    ),
    call as (select interaction_id, max(place_no) as last_place from core.queue_call_event group by interaction_id),
    handled as (
        select
            part.*,
            coalesce(take_at, end_at - to_seconds(talk_s::double)) as answered_at,
            coalesce(end_at, case when part.last_place = call.last_place then closed_at end) as ended_at,
            case
                when end_verb in ('COMPLETEAGENT', 'COMPLETECALLER')
                then 'none'
                when end_verb in ('TRANSFER', 'BLINDTRANSFER')
                then 'blind'
                when end_verb = 'ATTENDEDTRANSFER'
                then 'attended'
            end as transfer,
            case
                when end_verb = 'COMPLETEAGENT'
                then 'agent'
                when end_verb = 'COMPLETECALLER'
                then 'customer'
                when end_verb is null and part.last_place = call.last_place and closed_at is not null
                then 'system'
            end as hangup_by
        from part
        join call using (interaction_id)
    ),
    wrap as (
        select
            system,
            agent_name,
            happened_at as wrapped_at,
            happened_at + interval 1 second as latest_end_at,
            string_split(args, '|')[1]::bigint as wrap_s,
            run_seq
        from core.queue_event
        where verb = 'WRAPUPSTART' and regexp_full_match(string_split(args, '|')[1], '\d{1,5}')
    ),
    -- The wrap-up is of the talk that ended just before it was written.
    wrapped as (
        select wrap.*, handled.interaction_id, handled.place_no
        from wrap
        asof join
            (select * from handled where end_at is not null) as handled
            on wrap.system = handled.system
            and wrap.agent_name = handled.agent_name
            and wrap.latest_end_at >= handled.end_at
        where handled.end_at >= wrap.wrapped_at - interval 5 second
        qualify
            row_number() over (
                partition by handled.interaction_id, handled.place_no order by wrap.wrapped_at, wrap.wrap_s
            )
            = 1
    ),
    every as (
        select
            handled.* exclude (run_seq),
            answered_at - to_seconds(coalesce(ring_s, 0)::double) as started_at,
            wrapped_at + to_seconds(wrap_s) as completed_at,
            wrap_s::decimal(12, 3) as wrap_s,
            'handled' as outcome,
            null::json as extra,
            greatest(handled.run_seq, wrapped.run_seq) as run_seq
        from handled
        left join wrapped using (interaction_id, place_no)
        union all by name
        select
            interaction_id,
            system,
            agent_id,
            queue,
            place_no,
            ring_s,
            happened_at - to_seconds(coalesce(ring_s, 0)::double) as started_at,
            'missed' as outcome,
            case verb when 'AGENTDUMP' then 'agent' when 'SYSCOMPAT' then 'system' end as hangup_by,
            json_object('verb', verb) as extra,
            source,
            file_id,
            record_no,
            byte_start,
            byte_end,
            1 as version,
            run_seq
        from core.queue_call_event
        where kind = 'miss' and agent_id is not null
    ),
    numbered as (
        select
            *,
            row_number() over (partition by interaction_id order by coalesce(started_at, ended_at), place_no) as leg_no
        from every
    )
select
    interaction_id || '/' || leg_no as leg_id,
    interaction_id,
    leg_no,
    agent_id,
    queue,
    started_at,
    answered_at,
    ended_at,
    completed_at,
    ring_s,
    talk_s,
    null::decimal(12, 3) as hold_s,
    wrap_s,
    outcome,
    transfer,
    transfer_to,
    hangup_by,
    null::varchar as note,
    extra,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    null::timestamptz as updated_at,
    version,
    run_seq,
    null::bigint as superseded_seq
from numbered
