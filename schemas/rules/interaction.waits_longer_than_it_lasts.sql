-- Waiting in the queue takes no longer than the whole interaction, give or take 2 s.
-- severity: warn
select file_id, record_no, queue_s::varchar as found
from stage.interaction
where queue_s * 1000000 > epoch_us(ended_at)::hugeint - epoch_us(started_at) + 2000000
