-- The rules that records of the last run broke.
select table_name, rule, severity, rows_checked, rows_broken
from ops.validation
where run_seq = (select max(run_seq) from ops.run) and rows_broken > 0
order by rows_broken desc, table_name, rule
