-- Records the ledger counts as quarantined = records kept in quarantine for that file.
select
    l.source || '/' || l.file_name as scope,
    l.records_quarantined as left_value,
    (select count(*) from ops.quarantine as q where q.file_id = l.file_id) as right_value,
    null::varchar as cause
from ops.file_ledger as l
where l.run_seq = $run_seq and l.status = 'loaded'
