-- Control charts of the whole centre, day by day.
select
    c.subject,
    coalesce(p.title, c.subject) as label,
    c.on_date as day,
    c.n,
    c.value,
    c.expected,
    c.low,
    c.high,
    c.rule,
    c.finding
from mart.control_chart as c
left join
    (select policy_id, arg_max(title, policy_version) as title from qa.policy group by policy_id) as p
    on p.policy_id = c.subject
where c.agent_id is null and c.on_date between $since and $until
order by c.subject, c.on_date
