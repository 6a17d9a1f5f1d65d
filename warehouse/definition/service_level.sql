-- Every visit to a queue that counts on a day under one of the definitions of service level: in time or not, and its
-- base.
with
    visit as (
        select
            v.interaction_id || '#' || v.visit_no as entity_id,
            v.outcome,
            v.queue_s,
            t.answer_within_s,
            timezone($site_timezone, v.entered_at)::date as entered_on,
            timezone(
                $site_timezone, coalesce(v.left_at, v.entered_at + to_milliseconds((v.queue_s * 1000)::bigint))
            )::date as left_on,
            timezone($site_timezone, coalesce(i.ended_at, v.left_at, v.entered_at))::date as disconnected_on
        from core.queue_visit as v
        join core.queue_target as t on t.queue = v.queue
        left join core.interaction as i on i.interaction_id = v.interaction_id
        where
            v.entered_at is not null
            -- Nobody hangs up an e-mail.
            and coalesce(v.channel, 'voice') in ('voice', 'callback', 'chat', 'visit')
            and v.direction is distinct from 'outbound'
            and v.direction is distinct from 'internal'
            and v.outcome not in ('closed', 'full', 'blocked')
            -- How long it waited must be known to say whether that was in time, whoever defines it.
            and v.queue_s is not null
    )
select
    'callqa' as definition,
    entity_id,
    (outcome = 'answered' and queue_s <= answer_within_s)::integer as value,
    1 as base
from visit
where entered_on = $day and (outcome = 'answered' or (outcome = 'abandoned' and queue_s > answer_within_s))
union all
select 'connect', entity_id, (outcome in ('answered', 'abandoned') and queue_s < answer_within_s)::integer, 1
from visit
where disconnected_on = $day
union all
select 'genesys', entity_id, (outcome = 'answered' and queue_s <= answer_within_s)::integer, 1
from visit
where left_on = $day and outcome in ('answered', 'abandoned')
