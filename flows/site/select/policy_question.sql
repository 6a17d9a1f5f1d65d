-- Recent answers to every question of a policy version: how many kept it, missed it, could not be judged.
select
    a.question_id,
    count(*) filter (a.outcome = 'pass') as passed,
    count(*) filter (a.outcome = 'fail') as failed,
    count(*) filter (a.outcome = 'unknown') as unknown,
    count(*) filter (a.outcome = 'not_applicable') as not_applicable,
    bool_or(a.is_advisory) as is_advisory,
    count(*) filter (a.outcome = 'fail') / nullif(count(*) filter (a.outcome in ('pass', 'fail')), 0) as fail_rate,
    wilson_low(count(*) filter (a.outcome = 'fail'), count(*) filter (a.outcome in ('pass', 'fail'))) as fail_low,
    wilson_high(count(*) filter (a.outcome = 'fail'), count(*) filter (a.outcome in ('pass', 'fail'))) as fail_high
from qa.answer as a
join core.leg_context as c using (leg_id)
where a.policy_id = $policy and a.policy_version = $version and c.contact_on between $recent and $until
group by a.question_id
