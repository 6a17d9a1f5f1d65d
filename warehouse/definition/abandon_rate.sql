-- Every visit to a queue that counts on a day under one of the definitions of abandon rate: abandoned or not, and its
-- base.
with
    visit as (
        select
            v.interaction_id || '#' || v.visit_no as entity_id,
            v.outcome,
            timezone($site_timezone, v.entered_at)::date as entered_on,
            timezone(
                $site_timezone, coalesce(v.left_at, v.entered_at + to_milliseconds((v.queue_s * 1000)::bigint))
            )::date as left_on,
            timezone($site_timezone, coalesce(i.ended_at, v.left_at, v.entered_at))::date as disconnected_on
        from core.queue_visit as v
        left join core.interaction as i on i.interaction_id = v.interaction_id
        where
            v.entered_at is not null
            -- Nobody hangs up an e-mail.
            and coalesce(v.channel, 'voice') in ('voice', 'callback', 'chat', 'visit')
            and v.direction is distinct from 'outbound'
            and v.direction is distinct from 'internal'
            and coalesce(v.outcome not in ('closed', 'full', 'blocked'), true)
    )
select 'callqa' as definition, entity_id, coalesce(outcome = 'abandoned', false)::integer as value, 1 as base
from visit
where entered_on = $day
union all
-- A contact that still waits has not been disconnected.
select 'connect', entity_id, (outcome = 'abandoned')::integer, 1
from visit
where disconnected_on = $day and outcome is not null
union all
-- Offered when it comes, abandoned when it goes: over midnight these are two days.
select
    'genesys',
    entity_id,
    coalesce(outcome = 'abandoned' and left_on = $day, false)::integer,
    (entered_on = $day)::integer
from visit
where entered_on = $day or (outcome = 'abandoned' and left_on = $day)
