-- One row per team and month; every figure with the number it rests on.
select period_start as month_start, * exclude (period, period_start) from mart.team_period where period = 'month'
