-- Recent handled legs by whether their words are known.
select channel, text_state, count(*) as legs
from core.leg_context
where contact_on between $recent and $until
group by channel, text_state
order by channel, text_state
