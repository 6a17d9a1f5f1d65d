-- The questions that recently lost most of the score, per team: points of a contact's 100, with the share that missed.
with
    answers as (
        select
            c.team,
            a.policy_id,
            a.policy_version,
            a.question_id,
            a.outcome,
            a.weight * (1 - coalesce(a.score, 1)) as lost
        from qa.answer as a
        join core.leg_context as c using (leg_id)
        where
            c.contact_on between $recent and $until
            and a.outcome in ('pass', 'fail')
            and not a.is_advisory
            and c.team is not null
    ),
    large as (
        select team
        from mart.team_period
        where period = 'month' and period_start between $since and $until
        group by team
        having max(agents) >= $min_team
    )
select
    team,
    policy_id,
    policy_version,
    question_id,
    count(*) as asked,
    count(*) filter (outcome = 'fail') as failed,
    round(sum(lost), 6) as lost,
    wilson_low(count(*) filter (outcome = 'fail'), count(*)) as fail_low,
    wilson_high(count(*) filter (outcome = 'fail'), count(*)) as fail_high
from answers
semi join large using (team)
group by team, policy_id, policy_version, question_id
having count(*) filter (outcome = 'fail') > 0
qualify row_number() over (partition by team order by round(sum(lost), 6) desc, policy_id, question_id) <= 8
order by team, lost desc, policy_id, question_id
