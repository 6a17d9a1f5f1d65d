-- An agent is in the roster from the first day of work or later.
-- severity: warn
select file_id, record_no, hired_on::varchar as found from stage.agent where hired_on > valid_from
