-- Contacts let into a queue = answered + abandoned + overflow + open; each queue over all days, and days that differ.
with
    day as (
        select queue, on_date, sum(offered) as offered, sum(answered + abandoned + overflow + open) as parts
        from mart.queue_day
        group by queue, on_date
    ),
    visit as (
        select queue, count(*) as offered
        from core.queue_visit
        where
            entered_at is not null
            and direction is distinct from 'outbound'
            and direction is distinct from 'internal'
            and (outcome is null or outcome not in ('closed', 'full', 'blocked'))
        group by queue
    ),
    whole as (select queue, sum(parts) as parts from day group by queue)
select
    coalesce(visit.queue, whole.queue) as scope,
    coalesce(visit.offered, 0) as left_value,
    coalesce(whole.parts, 0) as right_value,
    null::varchar as cause
from visit
full join whole on whole.queue = visit.queue
union all
select queue || ' ' || on_date, offered, parts, null
from day
where offered <> parts
