-- An agent's talk ends at or after its begin.
-- severity: quarantine
select file_id, record_no, ended_at::varchar as found from stage.leg where ended_at < answered_at
