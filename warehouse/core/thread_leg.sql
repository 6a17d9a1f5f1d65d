-- One row per agent who wrote to the customer in an e-mail thread, in the shape of a leg.
with
    written as (
        select
            *,
            row_number() over (partition by thread_id, agent_id order by sent_at nulls last, message_id) = 1 as is_first
        from core.message
        join core.thread_message using (message_id)
        where author = 'agent' and not is_auto and is_public and agent_id is not null
    ),
    part as (
        select
            thread_id,
            agent_id,
            row_number() over (partition by thread_id order by min(sent_at) nulls last, agent_id) as leg_no,
            min(sent_at) as answered_at,
            max(sent_at) as ended_at,
            count(*) as version,
            max(run_seq) as run_seq
        from written
        group by thread_id, agent_id
    )
select
    part.thread_id || '/' || part.leg_no as leg_id,
    part.thread_id as interaction_id,
    part.leg_no,
    part.agent_id,
    interaction.queue,
    null::timestamptz as started_at,
    part.answered_at,
    part.ended_at,
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
    first_mail.source,
    first_mail.file_id,
    first_mail.record_no,
    first_mail.byte_start,
    first_mail.byte_end,
    first_mail.updated_at,
    part.version,
    part.run_seq,
    null::bigint as superseded_seq
from part
join
    written as first_mail
    on first_mail.thread_id = part.thread_id
    and first_mail.agent_id = part.agent_id
    and first_mail.is_first
join core.thread_interaction as interaction on interaction.interaction_id = part.thread_id
