-- One row per agent and month; every figure with the number it rests on.
select period_start as month_start, * exclude (period, period_start) from mart.agent_period where period = 'month'
