-- Each agent's best recent contact with words to read: the highest score, then the most answered, then the newest.
select s.agent_id, s.leg_id, s.policy_id, s.contact_on, s.final, s.coverage
from qa.score as s
join core.leg_context as c using (leg_id)
where s.contact_on between $recent and $until and s.final is not null and c.text_state = 'text'
qualify
    row_number() over (partition by s.agent_id order by s.final desc, s.coverage desc, s.contact_on desc, s.leg_id) = 1
order by s.agent_id
