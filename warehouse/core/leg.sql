-- One row per leg: one agent's part of an interaction, loaded in its current version or made from what was loaded.
select * exclude (superseded_seq, unit_hash)
from history.leg
where superseded_seq is null
union all by name
select * exclude (superseded_seq)
from core.thread_leg
anti join core.ticket_message using (interaction_id)
union all by name
select * exclude (superseded_seq, contact_id)
from core.contact_leg
union all by name
select * exclude (superseded_seq)
from core.conversation_leg
union all by name
select * exclude (superseded_seq)
from core.ticket_leg
union all by name
select * exclude (superseded_seq)
from core.call_record_leg
union all by name
select * exclude (superseded_seq)
from core.queue_leg
union all by name
select * exclude (superseded_seq)
from core.channel_leg
