-- The questions that recently cost each agent most, with two contacts to look at.
with
    answers as (
        select
            c.agent_id,
            a.policy_id,
            a.policy_version,
            a.question_id,
            a.leg_id,
            c.contact_on,
            a.outcome,
            a.weight * (1 - coalesce(a.score, 1)) as lost
        from qa.answer as a
        join core.leg_context as c using (leg_id)
        where c.contact_on between $recent and $until and a.outcome in ('pass', 'fail') and not a.is_advisory
    )
select
    agent_id,
    policy_id,
    policy_version,
    question_id,
    count(*) as asked,
    count(*) filter (outcome = 'fail') as failed,
    round(sum(lost), 6) as lost,
    wilson_low(count(*) filter (outcome = 'fail'), count(*)) as fail_low,
    wilson_high(count(*) filter (outcome = 'fail'), count(*)) as fail_high,
    list(leg_id order by contact_on desc, leg_id) filter (lost > 0)[:2] as examples
from answers
group by agent_id, policy_id, policy_version, question_id
having count(*) filter (lost > 0) > 0
qualify row_number() over (partition by agent_id order by round(sum(lost), 6) desc, policy_id, question_id) <= 3
order by agent_id, lost desc, policy_id, question_id
