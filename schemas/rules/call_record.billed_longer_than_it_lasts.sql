-- The time from answer to end is no longer than the time from start to end.
-- severity: quarantine
select file_id, record_no, billed_s::varchar as found from stage.call_record where billed_s > duration_s
