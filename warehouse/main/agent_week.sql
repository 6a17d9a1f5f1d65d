-- One row per agent and week; every figure with the number it rests on.
select period_start as week_start, * exclude (period, period_start) from mart.agent_period where period = 'week'
