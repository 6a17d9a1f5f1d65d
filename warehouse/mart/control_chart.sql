-- One row per agent (or the whole centre), figure and day of the last 12 weeks: the day against its expectation.
with
    recent as (select * from mart.case_day where on_date between $business_date::date - 139 and $business_date::date),
    -- What contacts of a kind brought in the 28 days before, at anybody's; where that is too little, contacts of any
    -- kind.
    kinds as (
        select family, subject, stratum, on_date, sum(n) as n, sum(total) as total
        from recent
        group by grouping sets ((family, subject, stratum, on_date), (family, subject, on_date))
    ),
    before as (
        select family, subject, stratum, on_date, sum(n) over w as n, sum(total) over w / sum(n) over w as mean
        from kinds
        window
            w as (
                partition by family, subject, stratum
                order by on_date range between interval 28 days preceding and interval 1 day preceding
            )
    ),
    overall as (select family, subject, on_date, mean from before where stratum is null),
    judged as (
        select r.*, r.n * case when b.n >= 20 then b.mean else o.mean end as expected
        from recent as r
        join overall as o on o.family = r.family and o.subject = r.subject and o.on_date = r.on_date
        left join
            before as b
            on b.family = r.family
            and b.subject = r.subject
            and b.stratum = r.stratum
            and b.on_date = r.on_date
        where o.mean is not null
    ),
    days as (
        select
            family,
            subject,
            scale,
            agent_id,
            on_date,
            sum(n)::bigint as n,
            sum(total) as total,
            sum(expected) as expected,
            sum(squares) as squares
        from judged
        where family <> 'question'
        group by grouping sets ((family, subject, scale, agent_id, on_date), (family, subject, scale, on_date))
        having sum(n) >= 5
    ),
    -- The usual distance from that, and the usual spread of single contacts, of the 28 days with contacts before.
    usual as (
        select
            *,
            count(*) over w as days_before,
            sum(n) over w as n_before,
            sum(total - expected) over w / sum(n) over w as distance,
            sqrt(
                greatest(0.0, sum(squares) over w / sum(n) over w - pow(sum(total) over w / sum(n) over w, 2))
            ) as spread
        from days
        window w as (partition by family, subject, agent_id order by on_date rows between 28 preceding and 1 preceding)
    ),
    surprises as (
        select
            *,
            (total + 0.0) / n as value,
            expected / n + distance as centre,
            spread * sqrt(1 / n + 1 / n_before) as error,
            (value - centre) / nullif(error, 0) as surprise
        from usual
        where days_before >= 10
    ),
    steps as (
        select *, abs(surprise - lag(surprise) over w) as step, sign(surprise) as side
        from surprises
        window w as (partition by family, subject, agent_id order by on_date)
    ),
    -- Days differ more than single contacts explain: Laney's factor, from the steps between neighbouring days.
    limits as (
        select
            *,
            greatest(1.0, case when count(step) over past >= 8 then avg(step) over past / 1.128 else 1.0 end) as factor,
            sum(side) over eight as eight_sides
        from steps
        window
            past as (partition by family, subject, agent_id order by on_date rows between 28 preceding and 1 preceding),
            eight as (partition by family, subject, agent_id order by on_date rows between 7 preceding and current row)
    )
select
    family,
    subject,
    agent_id,
    on_date,
    n,
    own_scale(value, scale) as value,
    round(
        case
            scale
            when 'ratio'
            then exp(centre)
            when 'share'
            then least(1, greatest(0, centre))
            else least(100, greatest(0, centre))
        end,
        6
    ) as expected,
    round(
        case scale when 'ratio' then exp(centre - 3 * factor * error) else greatest(0, centre - 3 * factor * error) end,
        6
    ) as low,
    round(
        case
            scale
            when 'ratio'
            then exp(centre + 3 * factor * error)
            when 'share'
            then least(1, centre + 3 * factor * error)
            else least(100, centre + 3 * factor * error)
        end,
        6
    ) as high,
    case
        when abs(surprise) > 3 * factor then 'beyond_limits' when abs(eight_sides) = 8 then 'eight_in_a_row'
    end as rule,
    case when rule is null then null when surprise > 0 then 'above' else 'below' end as finding
from limits
where on_date >= $business_date::date - 83
