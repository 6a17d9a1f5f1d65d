-- First contact resolution as agents claim it, as repeats show it and as customers say, and where the three disagree.
select
    date_trunc('month', c.completed_on)::date as month_start,
    c.last_agent_id as agent_id,
    count(*) filter (claimed.state = 'counted') as claimed_n,
    avg(claimed.value) filter (claimed.state = 'counted') as claimed_share,
    count(*) filter (repeat.state = 'counted') as repeat_n,
    avg(repeat.value) filter (repeat.state = 'counted') as repeat_share,
    count(*) filter (survey.state = 'counted') as survey_n,
    avg(survey.value) filter (survey.state = 'counted') as survey_share,
    count(*) filter (claimed.state = 'unknown') as claimed_unknown_n,
    count(*) filter (repeat.state = 'unknown') as repeat_unknown_n,
    count(*) filter (repeat.state = 'immature') as repeat_immature_n,
    count(*) filter (survey.state = 'unknown') as survey_unknown_n,
    count(*) filter (claimed.state = 'counted' and repeat.state = 'counted') as claimed_and_repeat_n,
    count(*) filter (claimed.value = 1 and repeat.value = 0) as claimed_but_repeated_n,
    count(*) filter (claimed.value = 0 and repeat.value = 1) as unclaimed_but_not_repeated_n,
    count(*) filter (claimed.state = 'counted' and survey.state = 'counted') as claimed_and_survey_n,
    count(*) filter (claimed.value = 1 and survey.value = 0) as claimed_but_denied_n,
    count(*) filter (claimed.value = 0 and survey.value = 1) as unclaimed_but_confirmed_n,
    count(*) filter (repeat.state = 'counted' and survey.state = 'counted') as repeat_and_survey_n,
    count(*) filter (repeat.value = 1 and survey.value = 0) as not_repeated_but_denied_n,
    count(*) filter (repeat.value = 0 and survey.value = 1) as repeated_but_confirmed_n
from core.interaction_context as c
join metric.fcr_claimed_7 as claimed on claimed.entity_id = c.interaction_id
join metric.fcr_repeat_7 as repeat on repeat.entity_id = c.interaction_id
join metric.fcr_survey_7 as survey on survey.entity_id = c.interaction_id
where (claimed.state, repeat.state, survey.state) <> ('excluded', 'excluded', 'excluded')
group by date_trunc('month', c.completed_on)::date, c.last_agent_id
