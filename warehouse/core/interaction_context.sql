-- One row per interaction with its local dates and the agents it is put to.
with
    handlers as (
        select interaction_id, arg_min(agent_id, leg_no) as first_agent_id, arg_max(agent_id, leg_no) as last_agent_id
        from core.leg
        where outcome = 'handled'
        group by interaction_id
    )
select
    i.interaction_id,
    i.channel,
    i.direction,
    i.queue,
    i.topic,
    i.language,
    i.customer_id,
    timezone($site_timezone, i.started_at)::date as started_on,
    timezone($site_timezone, coalesce(i.ended_at, i.started_at))::date as completed_on,
    i.outcome,
    h.first_agent_id,
    h.last_agent_id,
    case
        when i.channel in ('email', 'message', 'ticket', 'letter', 'chat') then h.first_agent_id
    end as first_reply_agent_id
from core.interaction as i
left join handlers as h using (interaction_id)
