-- Score of a leg under a policy, from its answers: the arithmetic of docs/policy-author.md, the same for every policy.
with
    answers as (
        -- What is only advice counts as if it did not apply.
        select
            a.* replace (case when a.is_advisory then 'not_applicable' else a.outcome end as outcome),
            q.section_weight,
            q.critical,
            q.fatal,
            q.bonus
        from stage.answer as a
        join stage.question as q using (policy_id, policy_version, question_id)
    ),
    sections as (
        select
            leg_id,
            policy_id,
            policy_version,
            section_id,
            any_value(section_weight) as section_weight,
            sum(weight) filter (outcome <> 'not_applicable') as applicable,
            sum(weight) filter (outcome in ('pass', 'fail')) as answered,
            coalesce(sum(weight * score) filter (outcome in ('pass', 'fail')), 0) as earned,
            coalesce(sum(weight) filter (outcome = 'unknown'), 0) as open,
            coalesce(bool_or(fatal = 'section' and outcome = 'fail'), false) as is_zeroed,
            coalesce(bool_or(fatal = 'section' and outcome = 'unknown'), false) as may_be_zeroed
        from answers
        group by leg_id, policy_id, policy_version, section_id
    ),
    raised as (
        select
            leg_id,
            policy_id,
            policy_version,
            100
            * sum(section_weight * earned / answered) filter (answered > 0)
            / nullif(sum(section_weight) filter (answered > 0), 0) as raw,
            100 * sum(section_weight * case when is_zeroed then 0 else earned / answered end) filter (
                answered > 0 or is_zeroed
            )
            / nullif(sum(section_weight) filter (answered > 0 or is_zeroed), 0) as kept,
            100
            * sum(section_weight * case when is_zeroed or may_be_zeroed then 0 else earned / applicable end) filter (
                applicable > 0 or is_zeroed or may_be_zeroed
            )
            / nullif(sum(section_weight) filter (applicable > 0 or is_zeroed or may_be_zeroed), 0) as low,
            100 * sum(section_weight * case when is_zeroed then 0 else (earned + open) / applicable end) filter (
                applicable > 0 or is_zeroed
            )
            / nullif(sum(section_weight) filter (applicable > 0 or is_zeroed), 0) as high,
            sum(section_weight * coalesce(answered, 0) / applicable) filter (applicable > 0)
            / nullif(sum(section_weight) filter (applicable > 0), 0) as coverage
        from sections
        group by leg_id, policy_id, policy_version
    ),
    marks as (
        select
            leg_id,
            policy_id,
            policy_version,
            coalesce(bool_or(fatal = 'policy' and outcome = 'fail'), false) as fatal,
            coalesce(bool_or(fatal = 'policy' and outcome = 'unknown'), false) as may_be_fatal,
            coalesce(sum(bonus * score) filter (outcome in ('pass', 'fail')), 0) as bonus,
            coalesce(sum(bonus) filter (outcome = 'unknown'), 0) as open_bonus,
            -- A fail is a critical error whatever else is unknown; without one, an unknown answer leaves it open.
            case
                when bool_or(outcome = 'fail') filter (critical = 'customer')
                then false
                when bool_or(outcome = 'unknown') filter (critical = 'customer')
                then null
                when bool_or(outcome = 'pass') filter (critical = 'customer')
                then true
            end as customer_critical_pass,
            case
                when bool_or(outcome = 'fail') filter (critical = 'business')
                then false
                when bool_or(outcome = 'unknown') filter (critical = 'business')
                then null
                when bool_or(outcome = 'pass') filter (critical = 'business')
                then true
            end as business_critical_pass,
            case
                when bool_or(outcome = 'fail') filter (critical = 'compliance')
                then false
                when bool_or(outcome = 'unknown') filter (critical = 'compliance')
                then null
                when bool_or(outcome = 'pass') filter (critical = 'compliance')
                then true
            end as compliance_critical_pass
        from answers
        group by leg_id, policy_id, policy_version
    ),
    settled as (
        select
            r.leg_id,
            r.policy_id,
            r.policy_version,
            r.raw,
            r.coverage,
            -- What is certainly fatal is 0, however little else is known.
            case
                when m.fatal
                then 0
                when r.kept is null or round(r.coverage, 6) < p.min_coverage
                then null
                else least(100, r.kept + m.bonus)
            end as final,
            -- least() would take NULL for "no limit": without an applicable question there are no bounds.
            case
                when m.fatal or m.may_be_fatal then 0 when r.low is null then null else least(100, r.low + m.bonus)
            end as low,
            -- Where only a zero is possible, because nothing but what may zero it applies, both bounds are 0.
            case
                when m.fatal
                then 0
                when coalesce(r.high, r.low) is not null
                then least(100, coalesce(r.high, r.low) + m.bonus + m.open_bonus)
                when m.may_be_fatal
                then 0
            end as high,
            m.fatal,
            m.customer_critical_pass,
            m.business_critical_pass,
            m.compliance_critical_pass,
            p.pass_mark
        from raised as r
        join marks as m using (leg_id, policy_id, policy_version)
        join stage.policy_setting as p using (policy_id, policy_version)
    ),
    -- Sums of floats depend on the order of rows: what is stored is rounded, so that it does not, and 80 stays 80.
    scored as (
        select
            * replace (
                round(raw, 6) as raw,
                round(final, 6) as final,
                round(low, 6) as low,
                round(high, 6) as high,
                round(coverage, 6) as coverage
            )
        from settled
    )
select
    s.leg_id,
    s.policy_id,
    s.policy_version,
    p.policy_hash,
    c.interaction_id,
    c.agent_id,
    c.contact_on,
    s.raw,
    s.final,
    s.low,
    s.high,
    s.coverage,
    s.fatal,
    s.customer_critical_pass,
    s.business_critical_pass,
    s.compliance_critical_pass,
    s.final >= s.pass_mark as passed,
    (
        select arg_max(b.name, b.start)
        from stage.band as b
        where b.policy_id = s.policy_id and b.policy_version = s.policy_version and s.final >= b.start
    ) as band,
    c.interaction_version,
    c.leg_version,
    c.transcript_version,
    $code_version as code_version
from scored as s
join stage.policy_setting as p using (policy_id, policy_version)
join core.leg_context as c using (leg_id)
