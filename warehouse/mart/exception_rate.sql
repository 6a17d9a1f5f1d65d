-- One row per policy question with an exception, with the share of its answers that an exception took out of the score.
with
    excepted as (
        select policy_id, question_id, leg_id, bool_or(dispute_id is null) as is_entered
        from core.exception
        where not is_withdrawn
        group by policy_id, question_id, leg_id
    ),
    answers as (
        select
            a.policy_id,
            a.question_id,
            count(*) as answers,
            count_if(a.is_exception) as excepted_n,
            count_if(a.is_exception and e.is_entered) as entered_n
        from qa.answer as a
        left join excepted as e on e.policy_id = a.policy_id and e.question_id = a.question_id and e.leg_id = a.leg_id
        group by a.policy_id, a.question_id
    )
select
    policy_id,
    question_id,
    answers,
    excepted_n,
    entered_n,
    excepted_n - entered_n as disputed_n,
    excepted_n / answers as excepted_rate
from answers
where excepted_n > 0
