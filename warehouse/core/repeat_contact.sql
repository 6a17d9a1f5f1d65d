-- One row per interaction with how long after it, and before it, the same customer was in contact on the same matter.
select gap.*, (epoch_ms(known.until_at) - epoch_ms(gap.until_at)) / 1000 as observed_after_s
from core.contact_gap as gap
cross join core.known_until as known
where known.calendar is null
