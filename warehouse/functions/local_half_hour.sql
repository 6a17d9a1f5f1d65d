-- Begin of the half hour by the clock on the wall in `zone`; in the night the clocks go back, 2:00 and 2:30 come twice.
CREATE OR REPLACE MACRO local_half_hour(moment, zone) AS
    moment - (
        timezone(zone, moment) - date_trunc('hour', timezone(zone, moment))
        - to_minutes(CASE WHEN date_part('minute', timezone(zone, moment)) >= 30 THEN 30 ELSE 0 END)
    );
-- Tests
-- local_half_hour('2026-07-01 10:29:59.9+00'::timestamptz, 'Europe/Berlin') = '2026-07-01 10:00:00+00'
-- local_half_hour('2026-07-01 10:30:00+00'::timestamptz, 'Europe/Berlin') = '2026-07-01 10:30:00+00'
-- local_half_hour('2026-07-01 10:16:00+00'::timestamptz, 'Asia/Kathmandu') = '2026-07-01 10:15:00+00'
-- local_half_hour('2026-10-25 00:45:00+00'::timestamptz, 'Europe/Berlin') = '2026-10-25 00:30:00+00'
-- local_half_hour('2026-10-25 01:45:00+00'::timestamptz, 'Europe/Berlin') = '2026-10-25 01:30:00+00'
-- local_half_hour('2026-03-29 01:10:00+00'::timestamptz, 'Europe/Berlin') = '2026-03-29 01:00:00+00'
