-- An answer lies on the scale given with it.
-- severity: quarantine
select file_id, record_no, value::varchar as found from stage.survey where value < scale_min or value > scale_max
