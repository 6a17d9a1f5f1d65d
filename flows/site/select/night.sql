-- The run that published this file, and what became of its files and records.
select
    r.run_seq,
    r.run_id,
    r.business_date,
    r.started_at,
    r.code_version,
    count(q.file_name) as files,
    count(*) filter (q.status = 'refused') as refused,
    coalesce(sum(q.records_read), 0)::bigint as records_read,
    coalesce(sum(q.records_loaded), 0)::bigint as loaded,
    coalesce(sum(q.records_quarantined), 0)::bigint as quarantined,
    coalesce(sum(q.records_duplicate), 0)::bigint as duplicate,
    coalesce(sum(q.records_ignored), 0)::bigint as ignored
from ops.run as r
left join data_quality as q using (run_seq)
group by r.run_seq, r.run_id, r.business_date, r.started_at, r.code_version
order by r.run_seq desc
