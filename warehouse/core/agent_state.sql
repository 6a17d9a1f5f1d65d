-- One row per interval in which an agent was in one state: loaded ones in their current version, and those of events.
select * exclude (superseded_seq, unit_hash)
from history.agent_state
where superseded_seq is null
union all by name
select * exclude (superseded_seq)
from core.connect_agent_state
union all by name
select * exclude (superseded_seq)
from core.queue_agent_state
