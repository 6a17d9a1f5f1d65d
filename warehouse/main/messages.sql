-- One row per e-mail or other written message, with the thread it belongs to.
select
    m.message_id,
    t.thread_id as interaction_id,
    m.sent_at,
    m.direction,
    m.author,
    m.agent_id,
    m.customer_id,
    m.queue,
    m.subject,
    m.body_new,
    m.is_auto,
    m.is_public,
    t.is_opening,
    m.language,
    m.attachments,
    m.ticket_id,
    m.source,
    m.version
from core.message as m
left join core.thread_message as t using (message_id)
