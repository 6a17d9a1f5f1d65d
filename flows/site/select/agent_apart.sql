-- How far agents are from colleagues on the same kinds of contact, as far as that can be said.
select
    family,
    agent_id,
    matched_n as n,
    difference,
    difference_ci_low as low,
    difference_ci_high as high,
    finding in ('above', 'below') as apart
from mart.agent_comparison
where difference_ci_low is not null and family in ('handle_s', 'resolution_rate')
order by family, agent_id
