-- One row per ticket in the shape of an interaction; deleted tickets are left out.
with
    ticket as (select * from core.ticket where status <> 'deleted'),
    history as (
        select
            interaction_id,
            bool_or(is_reopening) as reopened,
            max(started_at) filter (where is_solving) as solved_at,
            bool_or(is_first) as is_whole
        from core.ticket_status
        group by interaction_id
    ),
    told as (
        select ticket_event.interaction_id, max(ticket_event.run_seq) as run_seq
        from core.ticket_event
        group by ticket_event.interaction_id
    ),
    reply as (select interaction_id, answered_at from core.thread_interaction where answered_at is not null),
    solved as (select distinct interaction_id from core.ticket_leg)
select
    interaction_id,
    source_id,
    channel,
    -- Tickets made by others than the customer were written by us, or for somebody who called.
    case when submitter_id = requester_id then 'inbound' end as direction,
    requester_id as customer_id,
    queue,
    topic,
    null::varchar as language,
    created_at as started_at,
    coalesce(reply.answered_at, ticket.answered_at) as answered_at,
    case when status in ('solved', 'closed') then coalesce(history.solved_at, ticket.solved_at) end as ended_at,
    null::bigint as utc_offset_min,
    null::varchar as time_flag,
    null::decimal(12, 3) as ivr_s,
    null::decimal(12, 3) as queue_s,
    case
        when reply.answered_at is not null or replies > 0 or solved.interaction_id is not null then 'answered'
    end as outcome,
    status as disposition,
    case when status in ('solved', 'closed') then true end as resolved,
    case when history.reopened or reopens > 0 then true when history.is_whole or reopens = 0 then false end as reopened,
    csat,
    case when csat is not null then 0::double end as csat_min,
    case when csat is not null then 1::double end as csat_max,
    null::boolean as consent,
    parent_id,
    extra,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    greatest(ticket.run_seq, coalesce(told.run_seq, 0)) as run_seq,
    null::bigint as superseded_seq
from ticket
left join history using (interaction_id)
left join told using (interaction_id)
left join reply using (interaction_id)
left join solved using (interaction_id)
