-- Records read from a file = loaded + quarantined + exact duplicates + declared ignored.
select
    source || '/' || file_name as scope,
    records_read as left_value,
    records_loaded + records_quarantined + records_duplicate + records_ignored as right_value,
    null::varchar as cause
from ops.file_ledger
where run_seq = $run_seq and status = 'loaded'
