-- One row per agent and day, week or month: handle time, resolution, first response and policy adherence, each with n.
with
    legs as (
        select
            period,
            period_start,
            agent_id,
            count(*) filter (is_handled) as legs,
            count(*) filter (not is_handled) as missed
        from
            (
                select
                    agent_id,
                    is_handled,
                    unnest(['day', 'week', 'month']) as period,
                    unnest(
                        [on_date, date_trunc('week', on_date)::date, date_trunc('month', on_date)::date]
                    ) as period_start
                from
                    (
                        select agent_id, completed_on as on_date, true as is_handled
                        from core.leg_context
                        union all
                        select l.agent_id, timezone($site_timezone, coalesce(l.started_at, i.started_at))::date, false
                        from core.leg as l
                        left join core.interaction as i using (interaction_id)
                        where l.outcome = 'missed'
                    )
            )
        group by period, period_start, agent_id
    ),
    scores as (
        select
            period,
            period_start,
            agent_id,
            count(final) as n,
            count(*) - count(final) as n_unscored,
            sum(final::decimal(18, 6)) as total,
            sum(final::decimal(18, 6))::double / nullif(count(final), 0) as mean,
            1.959963984540054 * sqrt(
                greatest(
                    0.0,
                    sum((final * final)::decimal(28, 6))::double
                    - pow(sum(final::decimal(18, 6))::double, 2) / count(final)
                )
                / nullif(count(final) - 1, 0)
                / count(final)
            ) as half_width,
            sum(coverage::decimal(18, 6))::double / count(coverage) as coverage,
            avg(customer_critical_pass::integer) as customer_critical,
            avg(business_critical_pass::integer) as business_critical,
            avg(compliance_critical_pass::integer) as compliance_critical
        from
            (
                select
                    *,
                    unnest(['day', 'week', 'month']) as period,
                    unnest(
                        [contact_on, date_trunc('week', contact_on)::date, date_trunc('month', contact_on)::date]
                    ) as period_start
                from qa.score
            )
        group by period, period_start, agent_id
    ),
    metrics as (
        select
            period,
            period_start,
            agent_id,
            max(n) filter (metric = 'handle_s') as handle_n,
            max(coverage) filter (metric = 'handle_s') as handle_coverage,
            max(total) filter (metric = 'handle_s') as handle_total_s,
            max(mean) filter (metric = 'handle_s') as handle_mean_s,
            max(median) filter (metric = 'handle_s') as handle_median_s,
            max(p90) filter (metric = 'handle_s') as handle_p90_s,
            max(mean) filter (metric = 'talk_s') as talk_mean_s,
            max(n) filter (metric = 'talk_s') as talk_n,
            max(n) filter (metric = 'resolution_rate') as resolution_n,
            max(n_unknown) filter (metric = 'resolution_rate') as resolution_unknown_n,
            max(total) filter (metric = 'resolution_rate')::bigint as resolved_n,
            max(mean) filter (metric = 'resolution_rate') as resolution_rate,
            max(n) filter (metric = 'first_response_s') as first_response_n,
            max(median) filter (metric = 'first_response_s') as first_response_median_s
        from mart.metric_agent_period
        group by period, period_start, agent_id
    ),
    keys as (
        select
            *,
            case
                period when 'week' then period_start + 6 when 'month' then last_day(period_start) else period_start
            end as period_end
        from
            (
                select period, period_start, agent_id
                from legs
                union
                select period, period_start, agent_id
                from scores
                union
                select period, period_start, agent_id
                from metrics
            )
    )
select
    k.period,
    k.period_start,
    k.agent_id,
    r.team,
    coalesce(l.legs, 0) as legs,
    coalesce(l.missed, 0) as missed,
    coalesce(m.handle_n, 0) as handle_n,
    m.handle_coverage,
    m.handle_total_s,
    m.handle_mean_s,
    m.handle_median_s,
    m.handle_p90_s,
    coalesce(m.talk_n, 0) as talk_n,
    m.talk_mean_s,
    coalesce(m.resolution_n, 0) as resolution_n,
    coalesce(m.resolved_n, 0) as resolved_n,
    coalesce(m.resolution_unknown_n, 0) as resolution_unknown_n,
    m.resolution_rate,
    wilson_low(m.resolved_n, m.resolution_n) as resolution_ci_low,
    wilson_high(m.resolved_n, m.resolution_n) as resolution_ci_high,
    m.resolved_n / nullif(m.resolution_n + m.resolution_unknown_n, 0) as resolution_bound_low,
    (m.resolved_n + m.resolution_unknown_n)
    / nullif(m.resolution_n + m.resolution_unknown_n, 0) as resolution_bound_high,
    coalesce(m.first_response_n, 0) as first_response_n,
    m.first_response_median_s,
    coalesce(s.n, 0) as adherence_n,
    coalesce(s.n_unscored, 0) as adherence_unscored_n,
    s.total as adherence_total,
    s.mean as adherence_mean,
    -- greatest and least pass over NULL: one score alone would get the interval from 0 to 100.
    case when s.half_width is not null then greatest(0.0, s.mean - s.half_width) end as adherence_ci_low,
    case when s.half_width is not null then least(100.0, s.mean + s.half_width) end as adherence_ci_high,
    s.coverage as adherence_coverage,
    s.customer_critical as customer_critical_accuracy,
    s.business_critical as business_critical_accuracy,
    s.compliance_critical as compliance_critical_accuracy
from keys as k
left join legs as l using (period, period_start, agent_id)
left join scores as s using (period, period_start, agent_id)
left join metrics as m using (period, period_start, agent_id)
asof left join core.agent as r on r.agent_id = k.agent_id and k.period_end >= r.valid_from
