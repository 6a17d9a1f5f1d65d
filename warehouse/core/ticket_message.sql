-- One row per comment of a ticket in the shape of a message; the ticket is the thread.
with
    comment as (
        select *
        from core.ticket_event
        where
            field = 'comment'
            and interaction_id not in (select interaction_id from core.ticket where status = 'deleted')
    ),
    -- Only agents can be assigned a ticket or write a note customers do not see.
    proven as (
        select system, author_id, 'agent' as role
        from core.ticket_event
        where field = 'comment' and not is_public and author_role is null
        union
        select system, value, 'agent'
        from core.ticket_event
        where field = 'assignee_id' and value is not null
        union
        select system, assignee_id, 'agent'
        from core.ticket
        where assignee_id is not null
    ),
    requester as (
        select interaction_id, value as author_id
        from core.ticket_event
        where field = 'requester_id'
        union
        select interaction_id, requester_id
        from core.ticket
    ),
    authored as (
        select
            comment.*,
            case
                when comment.author_role is not null
                then comment.author_role
                when person.role in ('agent', 'admin')
                then 'agent'
                when person.role = 'end-user'
                then 'customer'
                when not comment.is_public or proven.role is not null
                then 'agent'
                when requester.author_id is not null
                then 'customer'
            end as author,
            row_number() over (partition by comment.interaction_id order by happened_at, event_no) = 1
            and is_creation as is_opening
        from comment
        left join core.ticket_user as person on person.user_id = comment.system || ':' || comment.author_id
        left join proven on proven.system = comment.system and proven.author_id = comment.author_id
        left join
            requester on requester.interaction_id = comment.interaction_id and requester.author_id = comment.author_id
    ),
    -- Who wrote a public comment decides who answered whom: where one author is unknown, so is the whole talk.
    unclear as (select distinct interaction_id from authored where author is null)
select
    interaction_id || case when is_opening then '' else '/' || event_no end as message_id,
    interaction_id,
    system,
    case when not is_opening then interaction_id end as in_reply_to,
    null::varchar[] as reference_ids,
    happened_at as sent_at,
    null::varchar as date_raw,
    null::varchar as time_flag,
    case when not is_public then 'internal' when author = 'customer' then 'inbound' else 'outbound' end as direction,
    author,
    case when author = 'agent' then agent_id end as agent_id,
    case when author = 'customer' then author_id end as customer_id,
    null::varchar as queue,
    null::varchar as from_address,
    null::varchar[] as to_addresses,
    null::varchar[] as cc_addresses,
    null::varchar as subject,
    ticket_id,
    body_text,
    body_new,
    author = 'system' or coalesce(via = 'rule', false) as is_auto,
    is_public,
    null::varchar as language,
    attachments,
    null::json as extra,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    run_seq,
    null::bigint as superseded_seq
from authored
anti join unclear using (interaction_id)
