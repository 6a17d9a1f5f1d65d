-- Sums of what agents are compared by: per agent, day and kind of contact.
with
    measured as (
        select
            metric as family,
            metric as subject,
            case when metric = 'handle_s' then 'ratio' else 'share' end as scale,
            grain,
            entity_id,
            agent_id,
            business_date as on_date,
            value
        from metric.attributed
        where state = 'counted' and metric in ('handle_s', 'resolution_rate')
        union all
        select 'adherence', policy_id, 'points', 'leg', leg_id, agent_id, contact_on, final
        from qa.score
        where final is not null
        union all
        select
            'question', a.policy_id || '.' || a.question_id, 'share', 'leg', a.leg_id, s.agent_id, s.contact_on, a.score
        from qa.answer as a
        join qa.score as s on s.leg_id = a.leg_id and s.policy_id = a.policy_id
        where a.score is not null and not a.is_advisory
    ),
    placed as (
        select
            m.family,
            m.subject,
            m.scale,
            m.agent_id,
            m.on_date,
            -- Two hours of work are not twice as telling as one: handle time is compared as a ratio.
            case when m.scale = 'ratio' then ln(greatest(m.value, 1.0)) else m.value end as value,
            concat_ws(
                ' | ',
                coalesce(l.queue, i.queue, '-'),
                coalesce(l.channel, i.channel, '-'),
                coalesce(l.topic, i.topic, '-'),
                coalesce(l.language, i.language, '-')
            ) as stratum
        from measured as m
        left join core.leg_context as l on m.grain = 'leg' and l.leg_id = m.entity_id
        left join core.interaction_context as i on m.grain = 'interaction' and i.interaction_id = m.entity_id
        where m.agent_id is not null
    )
select
    family,
    subject,
    scale,
    agent_id,
    on_date,
    stratum,
    count(*) as n,
    -- Rounded, so that the order in which rows are added never shows.
    round(sum(value), 6) as total,
    round(sum(value * value), 6) as squares
from placed
group by family, subject, scale, agent_id, on_date, stratum
