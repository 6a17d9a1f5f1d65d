-- A decision says who decided, when and why; without a decision there is none of these.
-- severity: quarantine
select file_id, record_no, dispute_id as found
from stage.dispute
where
    (decision is null) <> (decided_by is null)
    or (decision is null) <> (decided_at is null)
    or (decision is null) <> (decision_reason is null)
