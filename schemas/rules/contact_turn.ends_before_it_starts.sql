-- A turn ends at or after its begin.
-- severity: quarantine
select file_id, record_no, end_ms::varchar as found from stage.contact_turn where end_ms < start_ms
