-- The length of a call detail record fits its start and end, to the second that both are cut to.
-- severity: warn
select file_id, record_no, duration_s::varchar as found
from stage.call_record
where abs(epoch_us(ended_at) - epoch_us(started_at) - (duration_s * 1000000)::bigint) > 2000000
