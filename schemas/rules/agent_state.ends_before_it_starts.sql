-- A state ends at or after its begin.
-- severity: quarantine
select file_id, record_no, ended_at::varchar as found from stage.agent_state where ended_at < started_at
