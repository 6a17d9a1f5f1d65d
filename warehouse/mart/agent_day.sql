-- One row per agent and local day; see mart.agent_period for weeks and months.
select period_start as business_date, * exclude (period, period_start) from mart.agent_period where period = 'day'
