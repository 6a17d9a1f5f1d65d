-- What was found ends at or after its begin.
-- severity: quarantine
select file_id, record_no, end_ms::varchar as found from stage.conversation_fact where end_ms < begin_ms
