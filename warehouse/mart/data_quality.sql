-- One row per run and file: what became of its records.
select
    r.business_date,
    l.run_seq,
    l.source,
    l.file_name,
    l.status,
    l.records_read,
    l.records_loaded,
    l.records_quarantined,
    l.records_duplicate,
    l.records_ignored,
    l.records_quarantined / nullif(l.records_read, 0) as quarantined_share,
    l.reason
from ops.file_ledger as l
join ops.run as r using (run_seq)
