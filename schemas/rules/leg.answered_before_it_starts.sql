-- An agent takes a contact at or after it was offered.
-- severity: quarantine
select file_id, record_no, answered_at::varchar as found from stage.leg where answered_at < started_at
