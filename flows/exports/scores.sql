-- One row per scored leg: how well the agent's part kept to each policy, which questions failed and the words that
-- prove it.
with
    failed as (
        select
            a.leg_id,
            a.policy_id,
            count(*) as failed_questions,
            string_agg(coalesce(q.text, a.question_id), '; ' order by a.weight desc, a.question_id) as failed_texts,
            list_slice(
                list(
                    coalesce(
                        '"' || (a.evidence ->> '$[0].quote') || '"',
                        a.reason || coalesce(' (' || (a.evidence ->> '$.window') || ')', ''),
                        a.question_id
                    )
                    order by a.weight desc, a.question_id
                ),
                1,
                3
            ) as proofs
        from qa.answer as a
        left join mart.question as q using (policy_id, policy_version, question_id)
        where a.score < 1 and not a.is_advisory
        group by a.leg_id, a.policy_id
    )
select
    s.contact_on,
    s.agent_id,
    c.team,
    s.interaction_id,
    s.leg_id,
    c.channel,
    c.queue,
    s.policy_id,
    s.policy_version,
    s.final,
    s.low,
    s.high,
    s.coverage,
    s.band,
    s.passed,
    s.fatal,
    s.customer_critical_pass,
    s.business_critical_pass,
    s.compliance_critical_pass,
    coalesce(f.failed_questions, 0) as failed_questions,
    f.failed_texts,
    array_to_string(f.proofs, ' | ') as proofs,
    null::varchar as decision
from qa.score as s
left join core.leg_context as c using (leg_id)
left join failed as f using (leg_id, policy_id)
where s.contact_on between $since and $until
order by s.contact_on, s.agent_id, s.leg_id, s.policy_id
