-- An agent is connected at or after the begin of the contact, give or take 2 s.
-- severity: quarantine
select file_id, record_no, answered_at::varchar as found
from stage.contact_record
where epoch_us(answered_at)::hugeint + 2000000 < epoch_us(initiated_at)
