-- One row per visit of a contact to a queue: each of them where the source tells, else one per contact.
with
    visit as (
        select
            interaction_id,
            visit_no,
            queue,
            'voice' as channel,
            direction,
            entered_at,
            answered_at,
            left_at,
            queue_s,
            outcome
        from core.queue_call
        where queue is not null
        union all by name
        select
            interaction_id,
            1 as visit_no,
            queue,
            channel,
            direction,
            started_at + to_milliseconds(coalesce((ivr_s * 1000)::bigint, 0)) as entered_at,
            answered_at,
            case when outcome = 'answered' then answered_at when outcome = 'abandoned' then ended_at end as left_at,
            queue_s,
            outcome
        from core.interaction
        where queue is not null and interaction_id not in (select interaction_id from core.queue_call)
    )
select
    *,
    timezone($site_timezone, entered_at)::date as entered_on,
    -- A contact that went through several queues was lost in the last one.
    entered_at is not null
    and direction is distinct from 'outbound'
    and direction is distinct from 'internal'
    and visit_no = max(visit_no) filter (entered_at is not null) over (partition by interaction_id)
    and not bool_or(outcome is null) filter (entered_at is not null) over (partition by interaction_id)
    and not bool_or(outcome is not distinct from 'answered') filter (entered_at is not null) over (
        partition by interaction_id
    ) as is_missed
from visit
