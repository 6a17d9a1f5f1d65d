-- One row per interval in which an agent of Asterisk was logged in, paused, talking, rung at or wrapping up.
with
    event as (select *, string_split(args, '|') as arg from core.queue_event where agent_id is not null),
    everywhere as (
        select
            system,
            agent_id,
            happened_at as all_at,
            happened_at - interval 1 second as from_at,
            happened_at + interval 1 second as until_at,
            substr(verb, 1, length(verb) - 3) as verb
        from event
        where verb in ('PAUSEALL', 'UNPAUSEALL')
    ),
    -- Asterisk writes a pause in all queues also once for each queue. What has no such twin is of that queue alone.
    single as (
        select *, list_extract(arg, 1) as reason
        from event
        where
            verb in ('PAUSE', 'UNPAUSE')
            and not exists (
                select 1
                from everywhere
                where
                    everywhere.system = event.system
                    and everywhere.agent_id = event.agent_id
                    and everywhere.verb = event.verb
                    and event.happened_at between from_at and until_at
            )
    ),
    -- The reason often stands in the twins only.
    twin_reason as (
        select everywhere.system, everywhere.agent_id, all_at, max(nullif(arg[1], '')) as reason
        from everywhere
        join
            event
            on everywhere.system = event.system
            and everywhere.agent_id = event.agent_id
            and everywhere.verb = event.verb
            and event.happened_at between from_at and until_at
        where event.verb = 'PAUSE'
        group by everywhere.system, everywhere.agent_id, all_at
    ),
    paused_queue as (
        select distinct system, agent_id, queue
        from single
        where verb = 'PAUSE'
        union
        select distinct system, agent_id, queue
        from event
        where verb = 'ADDMEMBER' and arg[1] = 'PAUSED'
    ),
    mark as (
        select * exclude (arg), 'login' as state, verb = 'ADDMEMBER' as is_begin, null as reason, null as before_s
        from event
        where verb in ('ADDMEMBER', 'REMOVEMEMBER')
        union all by name
        select
            * exclude (arg) replace (null as queue),
            'login' as state,
            verb in ('AGENTLOGIN', 'AGENTCALLBACKLOGIN') as is_begin,
            case when regexp_full_match(arg[2], '\d{1,7}') then arg[2]::bigint end as before_s
        from event
        where verb in ('AGENTLOGIN', 'AGENTCALLBACKLOGIN', 'AGENTLOGOFF', 'AGENTCALLBACKLOGOFF')
        union all by name
        select * exclude (arg), 'pause' as state, verb = 'PAUSE' as is_begin
        from single
        union all by name
        select * exclude (arg), 'pause' as state, verb = 'ADDMEMBER' as is_begin
        from event
        where verb = 'REMOVEMEMBER' or (verb = 'ADDMEMBER' and arg[1] = 'PAUSED')
        union all by name
        select
            event.* exclude (arg) replace (null as queue),
            'pause' as state,
            verb = 'PAUSEALL' as is_begin,
            coalesce(nullif(arg[1], ''), twin_reason.reason) as reason
        from event
        left join
            twin_reason
            on event.system = twin_reason.system
            and event.agent_id = twin_reason.agent_id
            and event.happened_at = twin_reason.all_at
        where verb in ('PAUSEALL', 'UNPAUSEALL', 'AGENTLOGOFF', 'AGENTCALLBACKLOGOFF')
        union all by name
        -- Who is back in one queue is no longer paused in all.
        select * exclude (arg) replace (null as queue), 'pause' as state, false as is_begin
        from single
        where verb = 'UNPAUSE'
        union all by name
        -- Who is back in all queues, or gone, is no longer paused in any.
        select event.* exclude (arg) replace (paused_queue.queue as queue), 'pause' as state, false as is_begin
        from event
        join paused_queue using (system, agent_id)
        where verb in ('UNPAUSEALL', 'AGENTLOGOFF', 'AGENTCALLBACKLOGOFF')
    ),
    -- One row per moment and direction of change.
    moment as (
        select
            system,
            agent_id,
            queue,
            state,
            happened_at,
            is_begin,
            max(nullif(reason, '')) as reason,
            max(before_s) as before_s,
            count(*) over (partition by system, agent_id, queue, state, happened_at) = 2 as is_both,
            first(source order by verb, args, record_no) as source,
            first(file_id order by verb, args, record_no) as file_id,
            first(record_no order by verb, args, record_no) as record_no,
            first(byte_start order by verb, args, record_no) as byte_start,
            first(byte_end order by verb, args, record_no) as byte_end,
            max(run_seq) as run_seq
        from mark
        group by system, agent_id, queue, state, happened_at, is_begin
    ),
    -- Where an agent leaves and comes back in one second, it depends on the state before which was first; a state of
    -- no length is none.
    ordered as (
        select
            *,
            coalesce(
                last_value(case when not is_both then is_begin end ignore nulls) over (
                    partition by system, agent_id, queue, state
                    order by happened_at
                    range between unbounded preceding and interval 1 microsecond preceding
                ),
                false
            ) as was_open
        from moment
    ),
    restart as (
        select system, happened_at as restarted_at, bool_or(verb = 'QUEUESTART') as is_start
        from core.queue_event
        where verb in ('QUEUESTART', 'CONFIGRELOAD')
        group by system, happened_at
    ),
    change as (
        select ordered.*, start.restarted_at as started_before, other.restarted_at as restarted_before
        from ordered
        asof left join
            (select * from restart where is_start) as start
            on ordered.system = start.system
            and ordered.happened_at >= start.restarted_at
        asof left join restart as other on ordered.system = other.system and ordered.happened_at >= other.restarted_at
        where not is_both or was_open
    ),
    followed as (
        select
            *,
            lag(is_begin) over in_order as after_begin,
            lag(happened_at) over in_order as last_at,
            lag(reason) over in_order as last_reason
        from change
        window in_order as (partition by system, agent_id, queue, state order by happened_at, is_begin)
    ),
    -- Who is said to be in a state already known is still in it, unless the server was started in between.
    told as (
        select
            *,
            is_begin and coalesce(after_begin and restarted_before > last_at, false) as is_after_restart,
            not is_begin
            and (not coalesce(after_begin, false) or coalesce(started_before > last_at, false)) as is_unopened
        from followed
        where
            not (
                is_begin
                and coalesce(after_begin, false)
                and coalesce(restarted_before <= last_at, true)
                and (reason is null or reason is not distinct from last_reason)
            )
    ),
    paired as (
        select
            *,
            lead(happened_at) over in_order as next_at,
            lead(is_begin) over in_order as next_is_begin,
            lead(is_unopened) over in_order as next_is_unopened,
            lead(is_after_restart) over in_order as next_is_after_restart,
            lead(run_seq) over in_order as next_seq
        from told
        window in_order as (partition by system, agent_id, queue, state order by happened_at, is_begin)
    ),
    interval_ as (
        select
            paired.*,
            happened_at as started_at,
            case
                when next_at is null or next_is_after_restart or next_is_unopened then restart.restarted_at else next_at
            end as ended_at
        from paired
        asof left join restart on paired.system = restart.system and paired.happened_at < restart.restarted_at
        where is_begin
        union all by name
        -- A log-off says how long the log-in lasted.
        select * replace (null as reason), happened_at - to_seconds(before_s) as started_at, happened_at as ended_at
        from paired
        where is_unopened and before_s > 0
    ),
    talk as (
        select * exclude (started_at, ended_at), 'contact' as state, answered_at as started_at, ended_at
        from core.queue_leg
        where outcome = 'handled' and answered_at is not null
        union all by name
        select * exclude (ended_at), 'ring_missed' as state, started_at + to_seconds(ring_s::double) as ended_at
        from core.queue_leg
        where outcome = 'missed' and ring_s is not null
    ),
    every as (
        select *, greatest(run_seq, case when ended_at = next_at then next_seq end) as newest_seq
        from interval_
        where ended_at is null or ended_at > started_at
        union all by name
        select *, run_seq as newest_seq
        from talk
        union all by name
        select
            *,
            'wrap' as state,
            happened_at as started_at,
            happened_at + to_seconds(arg[1]::bigint) as ended_at,
            run_seq as newest_seq
        from event
        where verb = 'WRAPUPSTART' and regexp_full_match(arg[1], '\d{1,5}')
    )
select
    agent_id,
    queue,
    state,
    reason,
    started_at,
    ended_at,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    null::timestamptz as updated_at,
    1 as version,
    newest_seq as run_seq,
    null::bigint as superseded_seq
from every
