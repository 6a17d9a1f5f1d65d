-- One row per e-mail or other written message: loaded ones in their current version, and comments of tickets.
select * exclude (superseded_seq, unit_hash)
from history.message
where superseded_seq is null
union all by name
select * exclude (superseded_seq, interaction_id)
from core.ticket_message
