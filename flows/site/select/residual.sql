-- The sums that must meet in the last run: how many were compared, how many differ without a known cause.
select
    identity,
    count(*) as compared,
    count(*) filter (residual <> 0) as explained_or_not,
    count(*) filter (residual <> 0 and cause is null) as unexplained
from ops.reconciliation
where run_seq = (select max(run_seq) from ops.run)
group by identity
order by identity
