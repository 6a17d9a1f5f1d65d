-- One row per question on which a leg lost points, with the evidence that stands behind it.
select
    s.contact_on,
    s.agent_id,
    c.team,
    s.leg_id,
    s.interaction_id,
    s.policy_id,
    s.policy_version,
    a.section_id,
    a.question_id,
    a.weight,
    a.score,
    a.step,
    a.reason,
    a.evidence,
    s.final
from qa.answer as a
join qa.score as s using (leg_id, policy_id)
left join core.leg_context as c on c.leg_id = s.leg_id
-- On a scale a pass may lose points too; what is only shown loses none.
where a.score < 1 and not a.is_advisory
