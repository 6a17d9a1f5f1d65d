-- A leg that was not taken has no talk.
-- severity: quarantine
select file_id, record_no, talk_s::varchar as found from stage.leg where outcome = 'missed' and talk_s > 0
