-- One row per Message-ID that came with more than one text or sender: it was used twice, or somebody changed the mail.
select
    message_id,
    count(*) as versions,
    count(distinct regexp_replace(trim(body_text), '\s+', ' ', 'g')) as texts,
    count(distinct from_address) as senders,
    arg_min(file_id, version) as first_file_id,
    arg_max(file_id, version) as last_file_id
from history.message
group by message_id
having texts > 1 or senders > 1
