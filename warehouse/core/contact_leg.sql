-- One row per contact record an agent took, in the shape of a leg: transfers of a chain are its legs.
with
    contact as (
        select chain.interaction_id, chain.position, record.*
        from core.contact_chain as chain
        join core.contact_record as record using (contact_id)
    ),
    after as (
        select
            here.contact_id,
            count(*) as n,
            first(there.queue order by there.position) as queue,
            first(there.agent_id order by there.position) as agent_id
        from contact as here
        join
            contact as there
            on there.interaction_id = here.interaction_id
            and (there.contact_id = here.next_contact_id or there.previous_contact_id = here.contact_id)
        where there.initiation_method <> 'DISCONNECT' and there.contact_id <> here.contact_id
        group by here.contact_id
    ),
    leg as (
        select
            contact.*,
            row_number() over (partition by contact.interaction_id order by contact.position) as leg_no,
            coalesce(after.n, 0) > 0 as is_followed,
            after.queue as next_queue,
            after.agent_id as next_agent_id,
            other.initiation_method = 'DISCONNECT' as has_last_words
        from contact
        left join after using (contact_id)
        left join contact as other on other.contact_id = contact.next_contact_id
        where contact.agent_id is not null
    )
select
    interaction_id || '/' || leg_no as leg_id,
    interaction_id,
    leg_no,
    agent_id,
    queue,
    answered_at as started_at,
    answered_at,
    coalesce(wrap_started_at, ended_at) as ended_at,
    wrap_ended_at as completed_at,
    null::decimal(12, 3) as ring_s,
    talk_s,
    hold_s,
    wrap_s,
    'handled' as outcome,
    case
        when transferred_to is not null
        then null
        when is_followed
        then case when next_queue is not null then 'queue' end
        when
            has_last_words
            or (next_contact_id is null and says_next and coalesce(wrap_started_at, ended_at) is not null)
        then 'none'
    end as transfer,
    coalesce(transferred_to, next_queue, next_agent_id) as transfer_to,
    case
        when disconnect_reason = 'CUSTOMER_DISCONNECT'
        then 'customer'
        when disconnect_reason = 'AGENT_DISCONNECT'
        then 'agent'
        when disconnect_reason in ('CONTACT_FLOW_DISCONNECT', 'TELECOM_PROBLEM', 'EXPIRED', 'API', 'IDLE_DISCONNECT')
        then 'system'
    end as hangup_by,
    null::varchar as note,
    extra,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    run_seq,
    null::bigint as superseded_seq,
    contact_id
from leg
