-- One row per written contact: when it was first answered, how long that took, and how long it has been known.
select
    r.* exclude (asked_open_ms),
    ((epoch_ms(now_known.until_at) - epoch_ms(r.asked_at)) * 0.001::decimal(4, 3))::decimal(18, 3) as age_s,
    ((open_known.open_ms - r.asked_open_ms) * 0.001::decimal(4, 3))::decimal(18, 3) as age_business_s
from core.response_time as r
join core.known_until as now_known on now_known.calendar is null
left join core.known_until as open_known on open_known.calendar = r.calendar
