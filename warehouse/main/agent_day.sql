-- One row per agent and local day; every figure with the number it rests on.
select period_start as business_date, * exclude (period, period_start) from mart.agent_period where period = 'day'
