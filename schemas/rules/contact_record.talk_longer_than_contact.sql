-- Talk and hold take no longer than from the answer to the end of the contact, give or take 2 s.
-- severity: warn
select file_id, record_no, (coalesce(talk_s, 0) + coalesce(hold_s, 0))::varchar as found
from stage.contact_record
where
    channel = 'voice'
    and (coalesce(talk_s, 0) + coalesce(hold_s, 0)) * 1000000
    > greatest(epoch_us(ended_at), epoch_us(wrap_started_at))::hugeint - epoch_us(answered_at) + 2000000
