-- One row per group of customers and figure: what they get beside other customers with the same matter.
with
    measured as (
        select 'adherence' as figure, s.final as value, l.interaction_id
        from qa.score as s
        join core.leg_context as l using (leg_id)
        where s.final is not null and s.contact_on between $business_date::date - 27 and $business_date::date
        union all
        -- Waiting is compared as a ratio, a second added so that no wait counts too.
        select 'waiting' as figure, ln(i.queue_s::double + 1) as value, i.interaction_id
        from core.interaction as i
        join core.interaction_context as c using (interaction_id)
        where i.queue_s is not null and c.started_on between $business_date::date - 27 and $business_date::date
    ),
    placed as (
        select
            m.figure,
            m.value,
            unnest(
                [
                    {'dimension':'language', 'customers':coalesce(u.language, i.language)},
                    {'dimension':'segment', 'customers':u.segment}
                ],
                recursive := true
            ),
            concat_ws(' | ', coalesce(i.queue, '-'), coalesce(i.channel, '-'), coalesce(i.topic, '-')) as stratum
        from measured as m
        join core.interaction as i using (interaction_id)
        left join core.customer as u on u.customer_id = i.customer_id
    ),
    own as (
        select figure, dimension, customers, stratum, count(*) as n, sum(value) as total, sum(value * value) as squares
        from placed
        where customers is not null
        group by figure, dimension, customers, stratum
    ),
    beside as (
        select
            *,
            sum(n) over w - n as others_n,
            sum(total) over w - total as others_total,
            greatest(0.0, sum(squares) over w - pow(sum(total) over w, 2) / sum(n) over w)
            / nullif(sum(n) over w - 1, 0) as spread
        from own
        window w as (partition by figure, dimension, stratum)
    ),
    groups as (
        select
            figure,
            dimension,
            customers,
            case when figure = 'waiting' then 'ratio' end as scale,
            sum(n)::bigint as n,
            coalesce(sum(n) filter (others_n >= 5), 0)::bigint as matched_n,
            sum(total) filter (others_n >= 5) / matched_n as mean,
            sum(n * others_total / others_n) filter (others_n >= 5) / matched_n as others_mean,
            t_975(matched_n - 1)
            * sqrt(sum(spread * n * (1 + n / others_n)) filter (others_n >= 5))
            / matched_n as half_width
        from beside
        group by figure, dimension, customers
    )
select
    figure,
    dimension,
    customers,
    n,
    matched_n,
    round(case when figure = 'waiting' then exp(mean) - 1 else mean end, 6) as mean,
    round(case when figure = 'waiting' then exp(others_mean) - 1 else others_mean end, 6) as others_mean,
    case when matched_n >= 20 then own_scale(mean - others_mean, scale) end as difference,
    case when matched_n >= 20 then own_scale(mean - others_mean - half_width, scale) end as difference_ci_low,
    case when matched_n >= 20 then own_scale(mean - others_mean + half_width, scale) end as difference_ci_high
from groups
