-- One row per team and week; every figure with the number it rests on.
select period_start as week_start, * exclude (period, period_start) from mart.team_period where period = 'week'
