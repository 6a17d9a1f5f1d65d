-- One row per run of a ticket's clock: how long it ran, by the calendar, and whether it runs still.
with
    event as (
        select *
        from core.ticket_metric_event
        where event_id not in (select event_id from core.ticket_metric_event where is_deleted)
    ),
    ticking as (
        select
            *,
            lead(happened_at) over in_order as next_at,
            row_number() over (
                partition by interaction_id, metric, instance_no order by happened_at desc, event_no desc
            )
            = 1 as is_last
        from event
        where kind in ('activate', 'pause', 'fulfill')
        window in_order as (partition by interaction_id, metric, instance_no order by happened_at, event_no)
    ),
    clock as (
        select
            interaction_id,
            metric,
            instance_no,
            min(happened_at) filter (where kind = 'activate') as started_at,
            max(happened_at) filter (where kind = 'activate' and is_last) as running_since,
            max(happened_at) filter (where kind = 'fulfill' and is_last) as fulfilled_at,
            -- A clock that is stopped but was never seen to start began in a file that is not here.
            first(kind order by happened_at, event_no) = 'activate' as is_whole,
            sum(epoch_us(next_at) - epoch_us(happened_at)) filter (where kind = 'activate') as us,
            max_by(kind, (happened_at, event_no)) as last_kind
        from ticking
        group by interaction_id, metric, instance_no
    ),
    reckoned as (
        select
            interaction_id,
            metric,
            instance_no,
            arg_max(status_s, (happened_at, event_no)) as status_s,
            arg_max(status_business_s, (happened_at, event_no)) as status_business_s
        from event
        where kind = 'update_status'
        group by interaction_id, metric, instance_no
    ),
    target as (
        select
            interaction_id,
            metric,
            instance_no,
            arg_max(sla_policy, (happened_at, event_no)) as sla_policy,
            arg_max(sla_target_s, (happened_at, event_no)) as sla_target_s,
            arg_max(is_business, (happened_at, event_no)) as is_business
        from event
        where kind in ('apply_sla', 'apply_group_sla')
        group by interaction_id, metric, instance_no
    ),
    breach as (
        select interaction_id, metric, instance_no, min(happened_at) as breached_at
        from event
        where kind = 'breach'
        group by interaction_id, metric, instance_no
    )
select
    interaction_id,
    metric,
    instance_no,
    case last_kind when 'activate' then 'running' when 'pause' then 'paused' else 'fulfilled' end as state,
    started_at,
    running_since,
    fulfilled_at,
    case when is_whole then (coalesce(us, 0) / 1000000)::decimal(18, 3) end as clock_s,
    status_s,
    status_business_s,
    sla_policy,
    sla_target_s,
    is_business,
    breached_at is not null as is_breached,
    breached_at
from clock
left join reckoned using (interaction_id, metric, instance_no)
left join target using (interaction_id, metric, instance_no)
left join breach using (interaction_id, metric, instance_no)
