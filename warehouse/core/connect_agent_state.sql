-- One row per interval in which an Amazon Connect agent was in one state, and one per log-in.
with
    heard as (
        select
            *,
            case when state = 'pause' then status end as reason,
            case when before_state = 'pause' then before_status end as before_reason,
            last_value(case when kind <> 'HEART_BEAT' then kind end ignore nulls) over (
                partition by system, agent_id
                order by happened_at, kind = 'LOGOUT', kind = 'HEART_BEAT', kind = 'STATE_CHANGE', event_id
                rows between unbounded preceding and 1 preceding
            ) as last_kind
        from core.connect_agent_event
    ),
    -- Heart beats go on for an hour after a log-out and say nothing then.
    known as (
        select *, (happened_at, kind = 'LOGOUT', kind = 'HEART_BEAT', kind = 'STATE_CHANGE', event_id) as place
        from heard
        where state is not null and not (kind = 'HEART_BEAT' and coalesce(last_kind, '') = 'LOGOUT')
    ),
    followed as (
        select
            *,
            lag(event_id) over in_order is not null as has_earlier,
            lag(state) over in_order as earlier_state,
            lag(reason) over in_order as earlier_reason
        from known
        window in_order as (partition by system, agent_id order by place)
    ),
    -- A change that did not begin from what was known before it shows that an event between them was lost.
    changes as (
        select
            *,
            has_earlier
            and case
                when kind = 'HEART_BEAT'
                then true
                when kind = 'LOGIN'
                then earlier_state <> 'offline'
                when before_state is not null
                then before_state <> earlier_state or before_reason is distinct from earlier_reason
                else false
            end as is_after_loss
        from followed
        where
            not has_earlier
            or state <> earlier_state
            or reason is distinct from earlier_reason
            or (kind <> 'HEART_BEAT' and before_state is not null and before_state <> earlier_state)
            or (kind = 'LOGIN' and earlier_state <> 'offline')
    ),
    intervals as (
        select
            *,
            happened_at as started_at,
            case when not lead(is_after_loss) over in_order then lead(happened_at) over in_order end as ended_at,
            greatest(run_seq, lead(run_seq) over in_order) as newest_seq
        from changes
        window in_order as (partition by system, agent_id order by place)
    ),
    sessions as (
        select
            * replace('login' as state, null as reason),
            happened_at as started_at,
            case when lead(kind) over in_order = 'LOGOUT' then lead(happened_at) over in_order end as ended_at,
            greatest(run_seq, lead(run_seq) over in_order) as newest_seq
        from known
        where kind in ('LOGIN', 'LOGOUT')
        window in_order as (partition by system, agent_id order by place)
    ),
    whole as (
        select *
        from intervals
        where state <> 'offline'
        union all by name
        select *
        from sessions
        where kind = 'LOGIN'
    )
select
    agent_id,
    null::varchar as queue,
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
    version,
    newest_seq as run_seq,
    null::bigint as superseded_seq
from whole
where ended_at is null or ended_at > started_at
