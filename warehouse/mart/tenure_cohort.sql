-- One row per cohort of agents by time since they were hired and figure: how far they are from colleagues, on average.
with
    hired as (
        select agent_id, max(hired_on) as hired_on
        from core.agent
        where hired_on <= $business_date::date
        group by agent_id
    ),
    compared as (
        select
            c.family,
            c.subject,
            case
                when h.hired_on is null
                then 'unknown'
                when $business_date::date - h.hired_on < 90
                then 'first_90_days'
                when $business_date::date - h.hired_on < 365
                then 'first_year'
                else 'later'
            end as cohort,
            case when c.family = 'handle_s' then ln(c.difference) else c.difference end as difference
        from mart.agent_comparison as c
        left join hired as h using (agent_id)
        where c.family <> 'question' and c.finding in ('above', 'below', 'within_noise')
    ),
    cohorts as (
        select
            family,
            subject,
            cohort,
            case when family = 'handle_s' then 'ratio' end as scale,
            count(*) as agents,
            avg(difference) as mean,
            t_975(count(*) - 1) * stddev_samp(difference) / sqrt(count(*)) as half_width
        from compared
        group by family, subject, cohort
    )
select
    family,
    subject,
    cohort,
    agents,
    own_scale(mean, scale) as difference,
    own_scale(mean - half_width, scale) as difference_ci_low,
    own_scale(mean + half_width, scale) as difference_ci_high
from cohorts
where agents >= 5
