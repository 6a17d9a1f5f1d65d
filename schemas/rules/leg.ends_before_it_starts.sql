-- A leg ends at or after its start.
-- severity: quarantine
select file_id, record_no, ended_at::varchar as found from stage.leg where ended_at < started_at
