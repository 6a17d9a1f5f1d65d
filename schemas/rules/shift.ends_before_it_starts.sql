-- A planned stretch ends after its begin.
-- severity: quarantine
select file_id, record_no, ends_at::varchar as found from stage.shift where ends_at <= starts_at
