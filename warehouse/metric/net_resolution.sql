-- Whether an interaction was resolved and stayed so: not reopened, no repeat contact within the window: 1 or 0.
with
    parts as (
        select
            r.entity_id,
            r.value = 1 as is_resolved,
            case o.state when 'counted' then o.value = 1 when 'excluded' then false end as is_reopened,
            case
                when c.customer_id is null
                then null
                when c.next_after_s <= $window_days * 86400
                then true
                when c.perhaps_next_after_s <= $window_days * 86400
                then null
                else false
            end as is_repeated,
            r.state as resolution_state,
            c.observed_after_s
        from metric.resolution_rate as r
        join metric.reopen_rate as o using (entity_id)
        join core.repeat_contact as c on c.interaction_id = r.entity_id
    ),
    judged as (
        select
            *,
            case
                when resolution_state = 'excluded'
                then 'excluded'
                when observed_after_s <= $window_days * 86400
                then 'immature'
                -- Also where another part says no: else only failures would be known of what is half known.
                when is_resolved is null or is_reopened is null or is_repeated is null or observed_after_s is null
                then 'unknown'
                else 'counted'
            end as state
        from parts
    )
select
    entity_id,
    case when state = 'counted' then (is_resolved and not is_reopened and not is_repeated)::integer end as value,
    state
from judged
