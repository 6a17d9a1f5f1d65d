-- One row per message a customer or an agent wrote for the other to read, in every written channel.
select
    place.thread_id as interaction_id,
    message.message_id as word_id,
    message.author,
    message.sent_at as written_at,
    message.agent_id
from core.message as message
join core.thread_message as place using (message_id)
where message.author in ('customer', 'agent') and not message.is_auto and message.is_public
union all
select
    turn.interaction_id,
    turn.interaction_id || '#' || turn.seq as word_id,
    turn.speaker as author,
    chat.started_at + to_milliseconds(turn.start_ms) as written_at,
    turn.agent_id
from core.utterance as turn
join core.interaction as chat using (interaction_id)
where
    chat.channel in ('chat', 'message', 'ticket', 'letter', 'email')
    and turn.speaker in ('customer', 'agent')
    and turn.interaction_id not in (select thread_id from core.thread_message)
