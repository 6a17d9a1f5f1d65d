-- One row per policy question, and one for disputes about the agent, with how often disputes about it were upheld.
with
    disputes as (
        select
            policy_id,
            question_id,
            is_wrong_agent,
            count(*) as disputes,
            count(*) filter (decision is null) as open_n,
            count(*) filter (decision = 'accepted') as accepted_n,
            count(*) filter (decision = 'partial') as partial_n,
            count(*) filter (decision = 'rejected') as rejected_n,
            count(decision) as decided_n
        from core.dispute
        group by policy_id, question_id, is_wrong_agent
    ),
    lost as (
        select policy_id, question_id, count(*) as lost_n
        from qa.answer
        where outcome = 'fail'
        group by policy_id, question_id
    )
select
    d.policy_id,
    d.question_id,
    d.is_wrong_agent,
    d.disputes,
    d.open_n,
    d.decided_n,
    d.accepted_n,
    d.partial_n,
    d.rejected_n,
    d.accepted_n / nullif(d.decided_n, 0) as upheld_rate,
    wilson_low(d.accepted_n, d.decided_n) as upheld_ci_low,
    wilson_high(d.accepted_n, d.decided_n) as upheld_ci_high,
    case when not d.is_wrong_agent then coalesce(l.lost_n, 0) end as lost_n
from disputes as d
left join lost as l using (policy_id, question_id)
