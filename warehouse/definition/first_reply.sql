-- Every thread that counts on a day under one of the definitions of first reply time, with its value there.
with
    thread as (
        select t.thread_id, min(m.sent_at) filter (where t.is_opening) as created_at
        from core.message as m
        join core.thread_message as t using (message_id)
        group by t.thread_id
    ),
    next_reply as (
        select t.thread_id, min(m.sent_at) as replied_at
        from thread as t
        join core.thread_message as place using (thread_id)
        join core.message as m using (message_id)
        where m.author = 'agent' and m.is_public and not m.is_auto and m.sent_at > t.created_at
        group by t.thread_id
    )
select 'callqa' as definition, f.entity_id, f.value
from metric.first_response_s as f
join core.interaction as i on i.interaction_id = f.entity_id
where f.state = 'counted' and timezone($site_timezone, i.started_at)::date = $day
union all
-- Also where we opened the thread, or its first message is an automatic one: the clock starts at its creation.
select 'zendesk', t.thread_id, date_diff('millisecond', t.created_at, r.replied_at) / 1000
from thread as t
join next_reply as r using (thread_id)
where timezone($site_timezone, t.created_at)::date = $day
