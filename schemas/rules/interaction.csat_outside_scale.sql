-- A satisfaction value lies on the scale given with it.
-- severity: quarantine
select file_id, record_no, csat::varchar as found from stage.interaction where csat < csat_min or csat > csat_max
