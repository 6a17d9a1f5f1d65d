-- One row per mail system, or source and channel, that tells of answers: only there is the lack of one known.
select system, null::varchar as source, null::varchar as channel
from core.message
where author = 'agent' and not is_auto and is_public
group by system
union all
select null, i.source, i.channel
from core.interaction as i
anti join core.thread_interaction as t on t.interaction_id = i.interaction_id
where i.channel in ('email', 'chat', 'message', 'ticket', 'letter') and i.answered_at is not null
group by i.source, i.channel
