-- An interaction ends at or after the first answer.
-- severity: quarantine
select file_id, record_no, ended_at::varchar as found from stage.interaction where ended_at < answered_at
