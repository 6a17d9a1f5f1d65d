-- Talk and hold take no longer than from answer to end, give or take 2 s.
-- severity: warn
select file_id, record_no, (coalesce(talk_s, 0) + coalesce(hold_s, 0))::varchar as found
from stage.leg
where
    (coalesce(talk_s, 0) + coalesce(hold_s, 0)) * 1000000
    > epoch_us(ended_at)::hugeint - epoch_us(answered_at) + 2000000
