-- The lowest value of a satisfaction scale is below its highest.
-- severity: quarantine
select file_id, record_no, csat_min::varchar as found from stage.interaction where csat_min >= csat_max
