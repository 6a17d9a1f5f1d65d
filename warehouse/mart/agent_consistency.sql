-- One row per agent and figure: how much contacts of one kind differ within the agent, beside colleagues.
with
    own as (
        select
            family,
            subject,
            scale,
            stratum,
            agent_id,
            sum(n)::bigint as n,
            sum(squares) - pow(sum(total), 2) / sum(n) as scatter
        from mart.case_day
        where on_date between $business_date::date - 27 and $business_date::date and family <> 'question'
        group by family, subject, scale, stratum, agent_id
    ),
    beside as (
        select
            *,
            sum(n - 1) over w - (n - 1) as others_free,
            (sum(scatter) over w - scatter) / nullif(sum(n - 1) over w - (n - 1), 0) as others_variance
        from own
        window w as (partition by family, subject, scale, stratum)
    ),
    agents as (
        select
            family,
            subject,
            scale,
            agent_id,
            sum(n)::bigint as n,
            -- What is compared with colleagues is weighted by the agent's own mix.
            sqrt(greatest(0.0, sum(scatter)) / nullif(sum(n - 1), 0)) as spread,
            sqrt(
                greatest(0.0, sum((n - 1) * others_variance) filter (others_free >= 5))
                / nullif(sum(n - 1) filter (others_free >= 5), 0)
            ) as colleagues_spread
        from beside
        group by family, subject, scale, agent_id
        having sum(n - 1) >= 19
    )
select
    family,
    subject,
    agent_id,
    n,
    own_scale(spread, scale) as spread,
    own_scale(colleagues_spread, scale) as colleagues_spread
from agents
