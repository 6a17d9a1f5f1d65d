-- What became of the files of the last runs, refused ones first.
select
    run_seq,
    business_date,
    source,
    file_name,
    status,
    records_read,
    records_loaded,
    records_quarantined,
    records_duplicate,
    records_ignored,
    reason
from data_quality
where run_seq > (select max(run_seq) from ops.run) - 14
order by run_seq desc, status = 'refused' desc, source, file_name
