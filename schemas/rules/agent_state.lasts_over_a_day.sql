-- A state lasts at most 24 hours; a longer one is a log-out that was forgotten.
-- severity: warn
select file_id, record_no, ((epoch_us(ended_at)::hugeint - epoch_us(started_at)) / 1e6)::varchar || ' s' as found
from stage.agent_state
where epoch_us(ended_at)::hugeint - epoch_us(started_at) > 86400000000
