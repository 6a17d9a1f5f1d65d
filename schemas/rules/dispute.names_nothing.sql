-- A dispute is about one question of a policy, or about the agent the score was put to.
-- severity: quarantine
select file_id, record_no, dispute_id as found
from stage.dispute
where
    case
        when is_wrong_agent
        then agent_id is null or policy_id is not null or question_id is not null
        else policy_id is null or question_id is null
    end
