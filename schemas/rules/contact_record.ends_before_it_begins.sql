-- A contact ends at or after its begin.
-- severity: quarantine
select file_id, record_no, ended_at::varchar as found from stage.contact_record where ended_at < initiated_at
