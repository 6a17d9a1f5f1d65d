-- Legs or interactions = counted + excluded + unknown + immature in each metric, with a value exactly where counted.
with
    entity as (
        select 'leg' as grain, count(*) as n
        from core.leg
        union all
        select 'interaction', count(*)
        from core.interaction
    ),
    row_count as (
        select
            metric,
            grain,
            count(*) as n,
            count(*) filter (
                state in ('counted', 'excluded', 'unknown', 'immature') and (value is not null) = (state = 'counted')
            ) as valid_n
        from metric.value
        group by metric, grain
    )
select
    metric as scope,
    coalesce(entity.n, row_count.n) as left_value,
    valid_n as right_value,
    case
        when valid_n = row_count.n and valid_n < entity.n
        then format('{} have no row: the metric is not about them', entity.n - valid_n)
    end as cause
from row_count
left join entity using (grain)
