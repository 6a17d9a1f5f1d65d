-- One row per failed question of a leg, with the evidence that stands behind it.
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
    a.reason,
    a.evidence,
    s.final
from qa.answer as a
join qa.score as s using (leg_id, policy_id)
left join core.leg_context as c on c.leg_id = s.leg_id
where a.outcome = 'fail'
