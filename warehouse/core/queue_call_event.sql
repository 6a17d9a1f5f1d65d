-- One row per queue_log event of a call, with its arguments by meaning and the visit to a queue it belongs to.
with
    event as (
        select
            *,
            string_split(args, '|') as arg,
            case
                when verb = 'ENTERQUEUE'
                then 'enter'
                when verb in ('FULL', 'CLOSED', 'JOINEMPTY', 'DIVERT_CA_RATIO', 'DIVERT_HOLDTIME')
                then 'refuse'
                when verb in ('RINGNOANSWER', 'RINGCANCELED', 'AGENTDUMP', 'SYSCOMPAT')
                then 'miss'
                when verb = 'CONNECT'
                then 'take'
                when verb in ('COMPLETEAGENT', 'COMPLETECALLER', 'TRANSFER', 'BLINDTRANSFER', 'ATTENDEDTRANSFER')
                then 'end'
                when verb in ('ABANDON', 'EXITWITHTIMEOUT', 'EXITEMPTY', 'EXITWITHKEY', 'LEAVEEMPTY')
                then 'leave'
            end as kind
        from core.queue_event
        where call_id not in ('NONE', 'REALTIME', 'MANAGER', 'CLI')
    ),
    written as (
        select
            *,
            case
                when kind = 'take' or verb in ('COMPLETEAGENT', 'COMPLETECALLER')
                then arg[1]
                when verb in ('ABANDON', 'EXITWITHTIMEOUT', 'EXITEMPTY', 'TRANSFER', 'BLINDTRANSFER')
                then arg[3]
                when verb = 'EXITWITHKEY'
                then arg[4]
                when verb = 'ATTENDEDTRANSFER'
                then case when arg[1] = 'LINK' then arg[4] else arg[3] end
            end as wait,
            case
                when verb in ('COMPLETEAGENT', 'COMPLETECALLER')
                then arg[2]
                when verb in ('TRANSFER', 'BLINDTRANSFER')
                then arg[4]
                when verb = 'ATTENDEDTRANSFER'
                then case when arg[1] = 'LINK' then arg[5] else arg[4] end
            end as talk,
            case
                when kind = 'take' then arg[3] || '000' when verb in ('RINGNOANSWER', 'RINGCANCELED') then arg[1]
            end as ring_ms,
            case when kind = 'enter' then nullif(trim(arg[2]), '') end as caller,
            case
                when verb in ('TRANSFER', 'BLINDTRANSFER')
                then nullif(arg[1], '') || coalesce('@' || nullif(arg[2], ''), '')
                when verb = 'ATTENDEDTRANSFER'
                then nullif(case when arg[1] = 'LINK' then arg[3] else arg[2] end, '')
            end as target
        from event
        where kind is not null
    ),
    -- A duration below zero or of more than a day is that of a clock that was set; it is not known.
    measured as (
        select
            * exclude (wait, talk, ring_ms),
            case when regexp_full_match(wait, '\d{1,5}') and wait::bigint <= 86400 then wait::bigint end as wait_s,
            case when regexp_full_match(talk, '\d{1,5}') and talk::bigint <= 86400 then talk::bigint end as talk_s,
            case
                when regexp_full_match(ring_ms, '\d{1,8}') and ring_ms::bigint <= 86400000 then ring_ms::bigint
            end as ring_ms,
            max(happened_at) over (partition by system, call_id) as call_last_at,
            min(happened_at) filter (kind = 'enter') over (partition by system, call_id, queue_name) as first_entered_at
        from written
    ),
    aged as (
        select
            *,
            case
                when kind in ('take', 'leave')
                then wait_s
                when kind = 'end'
                then wait_s + talk_s
                else floor(ring_ms / 1000)::bigint
            end as age_s
        from measured
    ),
    -- Events of one second stand in any order. What took time since the customer entered cannot be of a visit that
    -- begins in this second; what took none can. Several visits within the second take turns.
    turned as (
        select
            *,
            case
                when
                    kind not in ('enter', 'refuse')
                    and case
                        when age_s is null
                        then kind <> 'miss' and first_entered_at < happened_at
                        else age_s > 1 or (age_s = 1 and first_entered_at < happened_at)
                    end
                then 0
                when kind = 'miss'
                then 1
                else
                    row_number() over (
                        partition by
                            system,
                            call_id,
                            queue_name,
                            happened_at,
                            case when kind in ('take', 'leave') then 'outcome' else kind end
                        order by kind = 'leave', coalesce(age_s, 0), agent_name, verb, args, repeat_no
                    )
            end as turn_no,
            list_position(['refuse', 'enter', 'miss', 'take', 'end', 'leave'], kind) as step_no
        from aged
    ),
    restart as (
        select system, happened_at as restarted_at from core.queue_event where verb in ('QUEUESTART', 'CONFIGRELOAD')
    )
select
    turned.system,
    call_id,
    turned.system || ':' || call_id as interaction_id,
    queue_name,
    case
        when kind = 'refuse'
        then
            - row_number() over (
                partition by turned.system, call_id, queue_name, kind order by happened_at, verb, args, repeat_no
            )
        else
            count(*) filter (kind = 'enter') over (
                partition by turned.system, call_id, queue_name
                order by happened_at, turn_no, step_no, verb, agent_name, args, repeat_no
                rows unbounded preceding
            )
    end as visit_no,
    row_number() over (
        partition by turned.system, call_id
        order by happened_at, turn_no, step_no, queue_name, verb, agent_name, args, repeat_no
    ) as place_no,
    kind,
    verb,
    happened_at,
    agent_name,
    caller,
    target,
    wait_s::decimal(12, 3) as wait_s,
    talk_s::decimal(12, 3) as talk_s,
    (ring_ms / 1000)::decimal(12, 3) as ring_s,
    restart.restarted_at as closed_at,
    queue,
    agent_id,
    direction,
    utc_offset_min,
    time_flag,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    run_seq
from turned
asof left join restart on turned.system = restart.system and turned.call_last_at < restart.restarted_at
