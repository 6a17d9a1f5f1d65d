-- One row per interaction: loaded ones in their current version, and e-mail threads.
select * exclude (superseded_seq, unit_hash)
from history.interaction
where superseded_seq is null
union all by name
select * exclude (superseded_seq)
from core.thread_interaction
