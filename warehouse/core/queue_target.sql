-- One row per queue: what callqa.toml promises there.
with
    queue as (
        select queue
        from core.interaction
        where queue is not null
        union
        select queue
        from core.queue_call
        where queue is not null
    ),
    others as (select * from ops.queue_setting where queue is null)
select
    q.queue,
    case when s.queue is not null then s.service_level_s else others.service_level_s end as answer_within_s,
    case when s.queue is not null then s.short_abandon_s else others.short_abandon_s end as short_abandon_s,
    case when s.queue is not null then s.respond_within_h else others.respond_within_h end as respond_within_h,
    case when s.queue is not null then s.calendar else others.calendar end as calendar
from queue as q
left join ops.queue_setting as s on s.queue = q.queue
left join others on true
