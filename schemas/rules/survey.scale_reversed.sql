-- The lowest value of a scale is below its highest.
-- severity: quarantine
select file_id, record_no, scale_min::varchar as found from stage.survey where scale_min >= scale_max
