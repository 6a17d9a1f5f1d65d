-- Disputes about each question of a policy: how many, how many decided, how many upheld.
select question_id, disputes, open_n, decided_n, upheld_rate, upheld_ci_low, upheld_ci_high
from mart.dispute_rate
where policy_id = $policy and not is_wrong_agent
