-- An interaction is answered at or after its start.
-- severity: quarantine
select file_id, record_no, answered_at::varchar as found from stage.interaction where answered_at < started_at
