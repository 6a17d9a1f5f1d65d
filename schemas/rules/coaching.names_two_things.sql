-- A coaching is about a metric, or about a policy or question, not both.
-- severity: quarantine
select file_id, record_no, coaching_id as found
from stage.coaching
where metric is not null and (policy_id is not null or question_id is not null)
