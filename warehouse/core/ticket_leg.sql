-- One row per ticket that was solved, in the shape of a leg: the part of the agent it was assigned to when last solved.
with
    ticket as (select * from core.ticket where status <> 'deleted'),
    solving as (
        select interaction_id, max(started_at) as solved_at
        from core.ticket_status
        where is_solving
        group by interaction_id
    ),
    assigned as (
        select
            event.interaction_id,
            max_by(event.value, (event.happened_at, event.event_no)) as agent_id,
            max_by(event.happened_at, (event.happened_at, event.event_no)) as assigned_at,
            max(event.run_seq) as run_seq
        from core.ticket_event as event
        join solving on solving.interaction_id = event.interaction_id and event.happened_at <= solving.solved_at
        where event.field = 'assignee_id'
        group by event.interaction_id
    ),
    part as (
        select
            ticket.*,
            case
                when assigned.interaction_id is not null
                then assigned.agent_id
                when ticket.status in ('solved', 'closed')
                then ticket.assignee_id
            end as agent_id,
            case
                when assigned.agent_id is not null
                then assigned.assigned_at
                when assigned.interaction_id is null and ticket.assigned_at <= ticket.solved_at
                then ticket.assigned_at
            end as taken_at,
            coalesce(
                solving.solved_at, case when ticket.status in ('solved', 'closed') then ticket.solved_at end
            ) as left_at,
            greatest(ticket.run_seq, coalesce(assigned.run_seq, 0)) as newest_run_seq
        from ticket
        left join solving using (interaction_id)
        left join assigned using (interaction_id)
    )
select
    interaction_id || '/1' as leg_id,
    interaction_id,
    1::bigint as leg_no,
    agent_id,
    queue,
    taken_at as started_at,
    null::timestamptz as answered_at,
    left_at as ended_at,
    null::timestamptz as completed_at,
    null::decimal(12, 3) as ring_s,
    null::decimal(12, 3) as talk_s,
    null::decimal(12, 3) as hold_s,
    null::decimal(12, 3) as wrap_s,
    'handled' as outcome,
    null::varchar as transfer,
    null::varchar as transfer_to,
    null::varchar as hangup_by,
    null::varchar as note,
    null::json as extra,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    newest_run_seq as run_seq,
    null::bigint as superseded_seq
from part
where agent_id is not null
