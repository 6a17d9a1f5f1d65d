-- A turn has at most 20000 characters and lasts at most an hour.
-- severity: warn
select
    file_id,
    record_no,
    length(text)::varchar
    || ' characters, '
    || coalesce((end_ms::hugeint - start_ms)::varchar, 'unknown')
    || ' ms' as found
from stage.utterance
where length(text) > 20000 or end_ms::hugeint - start_ms > 3600000
