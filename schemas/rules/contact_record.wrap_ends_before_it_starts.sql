-- Wrap-up ends at or after its begin.
-- severity: quarantine
select file_id, record_no, wrap_ended_at::varchar as found
from stage.contact_record
where wrap_ended_at < wrap_started_at
