-- An agent's wrap-up ends at or after the talk.
-- severity: quarantine
select file_id, record_no, completed_at::varchar as found from stage.leg where completed_at < ended_at
