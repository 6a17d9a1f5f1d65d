-- One row per interaction, what the customer sees as one contact: when, how, with whom, how it ended.
select
    i.interaction_id,
    c.started_on,
    c.completed_on,
    i.channel,
    i.direction,
    i.queue,
    i.topic,
    i.language,
    i.customer_id,
    i.started_at,
    i.answered_at,
    i.ended_at,
    i.ivr_s,
    i.queue_s,
    i.outcome,
    coalesce(l.legs, 0) as legs,
    c.first_agent_id,
    c.last_agent_id,
    i.resolved,
    i.reopened,
    i.csat,
    i.csat_min,
    i.csat_max,
    i.disposition,
    i.source,
    i.version
from core.interaction as i
join core.interaction_context as c using (interaction_id)
left join
    (select interaction_id, count(*) as legs from core.leg where outcome = 'handled' group by interaction_id) as l
    using (interaction_id)
