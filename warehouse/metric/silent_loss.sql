-- Whether the customer of an unresolved interaction was never heard from again within thirty days: 1 or 0.
with
    heard as (
        select customer_id, started_at as heard_at, true as is_sure
        from core.repeat_contact
        where is_contact
        union all
        -- We called, and somebody answered. A call of which nobody says who made it may have been in vain.
        select customer_id, started_at, outcome is not distinct from 'answered'
        from core.interaction
        where direction is null or (direction = 'outbound' and outcome = 'answered' and channel <> 'email')
        union all
        select customer_id, sent_at, true
        from core.message
        where author = 'customer' and not is_auto
    ),
    sure as (select customer_id, heard_at from heard where is_sure and heard_at is not null),
    unsure as (select customer_id, heard_at from heard where not is_sure and heard_at is not null),
    followed as (
        select
            r.entity_id,
            r.state as resolution_state,
            r.value as resolved,
            c.customer_id,
            c.observed_after_s,
            (epoch_ms(sure.heard_at) - epoch_ms(c.until_at)) / 1000 as heard_after_s,
            (epoch_ms(unsure.heard_at) - epoch_ms(c.until_at)) / 1000 as perhaps_heard_after_s
        from metric.resolution_rate as r
        join core.repeat_contact as c on c.interaction_id = r.entity_id
        asof left join sure on sure.customer_id = c.customer_id and c.until_at < sure.heard_at
        asof left join unsure on unsure.customer_id = c.customer_id and c.until_at < unsure.heard_at
    ),
    judged as (
        select
            *,
            case
                when resolution_state = 'excluded' or resolved = 1
                then 'excluded'
                when observed_after_s <= 30 * 86400
                then 'immature'
                when resolution_state = 'unknown' or customer_id is null or observed_after_s is null
                then 'unknown'
                when heard_after_s <= 30 * 86400
                then 'counted'
                when perhaps_heard_after_s <= 30 * 86400
                then 'unknown'
                else 'counted'
            end as state
        from followed
    )
select
    entity_id,
    case when state = 'counted' then (coalesce(heard_after_s, 'infinity') > 30 * 86400)::integer end as value,
    state
from judged
