-- Begin of the hour by the clock on the wall in `zone`: in the night the clocks go back, 2 o'clock has two of them.
CREATE OR REPLACE MACRO local_hour(moment, zone) AS
    moment - (timezone(zone, moment) - date_trunc('hour', timezone(zone, moment)));
-- Tests
-- local_hour('2026-07-01 10:20:00+00'::timestamptz, 'Europe/Berlin') = '2026-07-01 10:00:00+00'
-- local_hour('2026-07-01 10:20:00.5+00'::timestamptz, 'Asia/Kolkata') = '2026-07-01 09:30:00+00'
-- local_hour('2026-10-25 00:59:59+00'::timestamptz, 'Europe/Berlin') = '2026-10-25 00:00:00+00'
-- local_hour('2026-10-25 01:00:00+00'::timestamptz, 'Europe/Berlin') = '2026-10-25 01:00:00+00'
-- local_hour('2026-03-29 01:30:00+00'::timestamptz, 'Europe/Berlin') = '2026-03-29 01:00:00+00'
