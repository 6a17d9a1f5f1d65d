-- One row per leg: one agent's part of an interaction, in its current version, and the agents' parts of e-mail threads.
select * exclude (superseded_seq, unit_hash)
from history.leg
where superseded_seq is null
union all by name
select * exclude (superseded_seq)
from core.thread_leg
