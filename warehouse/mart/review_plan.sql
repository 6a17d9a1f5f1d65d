-- One row per review plan and agent: what was drawn and evaluated, and what it says of all the agent's legs.
with
    form as (
        select leg_id, form, session_id, avg(evaluation_percentage::decimal(18, 6)) as worth
        from mart.human_score
        group by leg_id, form, session_id
    ),
    -- A plan of one policy is about that form; a plan without one takes every form of the leg. What was drawn for a
    -- calibration session is evaluated there, and nothing else is.
    worth as (
        select d.plan_id, d.leg_id, avg(f.worth::decimal(18, 6)) as worth
        from core.review_draw as d
        join
            form as f
            on f.leg_id = d.leg_id
            and f.session_id is not distinct from d.session_id
            and f.form = coalesce(d.policy_id, f.form)
        group by d.plan_id, d.leg_id
    ),
    drawn as (
        select d.*, w.worth, 1 / d.inclusion_probability as weight
        from core.review_draw as d
        left join worth as w using (plan_id, leg_id)
    ),
    plan as (
        select
            plan_id,
            agent_id,
            any_value(period) as period,
            any_value(period_start) as period_start,
            any_value(policy_id) as policy_id,
            any_value(session_id) as session_id,
            any_value(population_n) as population_n,
            count(*) as drawn_n,
            count_if(drawn_as = 'risk') as risk_n,
            count(worth) as evaluated_n,
            sum(weight::decimal(28, 9))::double as weights,
            sum((weight * worth)::decimal(28, 9))::double as known,
            sum(weight::decimal(28, 9)) filter (worth is null)::double as missing
        from drawn
        group by plan_id, agent_id
    ),
    means as (
        select
            *,
            case when evaluated_n = drawn_n then round(known / weights, 6) end as mean,
            round(coalesce(known, 0) / weights, 6) as bound_low,
            round((coalesce(known, 0) + 100 * coalesce(missing, 0)) / weights, 6) as bound_high
        from plan
    ),
    -- The spread of what was left to chance: a leg that was taken for sure adds none.
    spread as (
        select
            d.plan_id,
            d.agent_id,
            count_if(d.inclusion_probability < 1) as chance_n,
            sum(((1 - d.inclusion_probability) * pow(d.weight * (d.worth - m.mean), 2))::decimal(28, 9))::double
            as squares
        from drawn as d
        join means as m using (plan_id, agent_id)
        group by d.plan_id, d.agent_id
    ),
    widths as (
        select
            plan_id,
            agent_id,
            chance_n,
            1.959963984540054 * sqrt(squares * chance_n / nullif(chance_n - 1, 0)) as half_total
        from spread
    )
select
    m.plan_id,
    m.agent_id,
    m.period,
    m.period_start,
    m.policy_id,
    m.session_id,
    m.population_n,
    m.drawn_n,
    m.risk_n,
    m.drawn_n - m.risk_n as random_n,
    m.evaluated_n,
    m.mean,
    case
        when m.mean is null or (w.half_total is null and w.chance_n > 0)
        then null
        else greatest(0.0, round(m.mean - coalesce(w.half_total, 0) / m.weights, 6))
    end as ci_low,
    case
        when m.mean is null or (w.half_total is null and w.chance_n > 0)
        then null
        else least(100.0, round(m.mean + coalesce(w.half_total, 0) / m.weights, 6))
    end as ci_high,
    m.bound_low,
    m.bound_high
from means as m
join widths as w using (plan_id, agent_id)
