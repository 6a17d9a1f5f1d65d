-- A row of the roster holds until its first day or later.
-- severity: quarantine
select file_id, record_no, valid_to::varchar as found from stage.agent where valid_to < valid_from
