-- One row per turn of a transcript in its current version, and the turns of contacts put together for their chains.
select * exclude (superseded_seq, unit_hash)
from history.utterance
where superseded_seq is null
union all by name
select * exclude (superseded_seq)
from core.contact_utterance
