-- How recent handle times and scores spread: counts by minute, up to 20, and by 5 points.
with
    bins as (
        select 'handle_s' as figure, least(floor(value / 60), 20) as low
        from metric.attributed
        where metric = 'handle_s' and state = 'counted' and business_date between $recent and $until
        union all
        select 'adherence' as figure, least(floor(final / 5), 19) * 5 as low
        from qa.score
        where final is not null and contact_on between $recent and $until
    )
select figure, low::integer as low, count(*) as n
from bins
group by figure, low
order by figure, low
