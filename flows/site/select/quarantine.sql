-- What lies in quarantine: by source and rule, without the records themselves, which may name people.
with
    broken as (
        select q.source, q.file_name, q.record_no, q.run_seq, unnest(from_json(q.rules, '["JSON"]')) as rule
        from ops.quarantine as q
    )
select
    source,
    rule ->> 'rule' as rule,
    any_value(rule ->> 'expected' order by file_name, record_no) as expected,
    count(distinct(file_name, record_no)) as records,
    count(distinct file_name) as files,
    min(run_seq) as first_run,
    max(run_seq) as last_run
from broken
group by source, rule ->> 'rule'
order by records desc, source, rule
