-- The end of the business date, up to which things are known: once by itself, and once per calendar of opening hours.
with moment as (select timezone($site_timezone, ($business_date::date + 1)::timestamp) as until_at)
select null::varchar as calendar, until_at, null::bigint as open_ms
from moment
union all
select c.calendar, m.until_at, open_ms_at(m.until_at, o.opens_at, o.closes_at, o.open_s_before)
from (select distinct calendar from ops.opening) as c
cross join moment as m
asof left join ops.opening as o on o.calendar = c.calendar and m.until_at >= o.opens_at
