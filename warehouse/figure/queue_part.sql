-- What each contact brings to a queue's day, of the days in `changed`, as it is known.
with
    event as (
        select
            queue,
            channel,
            timezone($site_timezone, entered_at)::date as on_date,
            interaction_id,
            visit_no,
            coalesce(outcome, 'open') as outcome,
            queue_s,
            false as is_ring
        from core.queue_visit
        where entered_at is not null and direction is distinct from 'outbound' and direction is distinct from 'internal'
        union all by name
        select
            coalesce(l.queue, i.queue) as queue,
            i.channel,
            timezone($site_timezone, l.started_at)::date as on_date,
            l.interaction_id,
            true as is_ring
        from core.leg as l
        join core.interaction as i using (interaction_id)
        where l.outcome = 'missed' and l.started_at is not null and coalesce(l.queue, i.queue) is not null
    ),
    chosen as (
        select e.*
        from event as e
        semi join
            changed as c on c.queue = e.queue and c.on_date = e.on_date and c.channel is not distinct from e.channel
    ),
    -- The record that told of the contact last: its own, or that of a leg.
    record as (
        select
            interaction_id,
            max(run_seq) as record_run_seq,
            first(source order by run_seq desc, leg_no) as source,
            first(file_id order by run_seq desc, leg_no) as file_id,
            first(record_no order by run_seq desc, leg_no) as record_no
        from
            (
                select interaction_id, run_seq, source, file_id, record_no, 0 as leg_no
                from core.interaction
                semi join chosen using (interaction_id)
                union all
                select interaction_id, run_seq, source, file_id, record_no, leg_no
                from core.leg
                semi join chosen using (interaction_id)
            )
        group by interaction_id
    )
select
    c.queue,
    c.channel,
    c.on_date,
    c.interaction_id,
    count(*) filter (not is_ring) as visits,
    count(*) filter (is_ring) as ring_no_answer,
    string_agg(outcome, ', ' order by visit_no) as outcomes,
    case when count(*) filter (not is_ring) = count(queue_s) then sum(queue_s)::decimal(12, 3) end as wait_s,
    any_value(r.record_run_seq) as record_run_seq,
    any_value(r.source) as source,
    any_value(r.file_id) as file_id,
    any_value(r.record_no) as record_no
from chosen as c
left join record as r on r.interaction_id = c.interaction_id
group by c.queue, c.channel, c.on_date, c.interaction_id
