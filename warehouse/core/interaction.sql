-- One row per interaction: loaded ones in their current version, and those made from mails, contacts and tickets.
select * exclude (superseded_seq, unit_hash)
from history.interaction
where superseded_seq is null
union all by name
select * exclude (superseded_seq)
from core.thread_interaction
anti join core.ticket_message using (interaction_id)
union all by name
select * exclude (superseded_seq)
from core.contact_interaction
union all by name
select * exclude (superseded_seq)
from core.conversation_interaction
union all by name
select * exclude (superseded_seq)
from core.ticket_interaction
union all by name
select * exclude (superseded_seq)
from core.call_record_interaction
union all by name
select * exclude (superseded_seq)
from core.queue_interaction
union all by name
select * exclude (superseded_seq)
from core.channel_interaction
