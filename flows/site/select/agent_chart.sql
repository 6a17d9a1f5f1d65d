-- Control charts of agents, day by day.
select agent_id, subject, on_date as day, n, value, expected, low, high, rule, finding
from mart.control_chart
where agent_id is not null and on_date between $since and $until
order by agent_id, subject, on_date
