-- A call detail record ends at or after its begin.
-- severity: quarantine
select file_id, record_no, ended_at::varchar as found from stage.call_record where ended_at < started_at
