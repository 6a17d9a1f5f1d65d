-- Every team by week; figures of a team under $min_team agents are empty.
select
    period_start as week,
    team,
    agents >= $min_team as large_enough,
    case when agents >= $min_team then agents end as agents,
    case when agents >= $min_team then legs end::bigint as legs,
    case when agents >= $min_team then handle_n end::bigint as handle_n,
    case when agents >= $min_team and handle_n >= $min_n then handle_mean_s end as handle_mean_s,
    case when agents >= $min_team then resolution_n end::bigint as resolution_n,
    case when agents >= $min_team and resolution_n >= $min_n then resolution_rate end as resolution_rate,
    case when agents >= $min_team then adherence_n end::bigint as adherence_n,
    case when agents >= $min_team and adherence_n >= $min_n then adherence_mean end as adherence_mean
from mart.team_period
where period = 'week' and team is not null and period_start between $since and $until
order by team, week
