-- Whether a leg of a call was over after less than ten seconds of talk: 1 or 0.
select
    t.entity_id,
    case when i.channel in ('voice', 'callback') then (t.value < 10)::integer end as value,
    case
        when t.state = 'excluded' or i.channel not in ('voice', 'callback')
        then 'excluded'
        when i.channel is null
        then 'unknown'
        else t.state
    end as state
from metric.talk_s as t
join core.leg as l on l.leg_id = t.entity_id
left join core.interaction as i on i.interaction_id = l.interaction_id
