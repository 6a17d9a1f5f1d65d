-- One row per leg, one agent's part of an interaction: its times, its handle time and its policy score.
select
    l.leg_id,
    l.interaction_id,
    l.leg_no,
    l.agent_id,
    c.team,
    c.contact_on,
    c.completed_on,
    c.channel,
    c.direction,
    c.queue,
    c.topic,
    c.language,
    c.customer_id,
    l.started_at,
    l.answered_at,
    l.ended_at,
    l.completed_at,
    l.outcome,
    l.ring_s,
    l.talk_s,
    l.hold_s,
    l.wrap_s,
    h.value as handle_s,
    h.state as handle_state,
    l.transfer,
    l.hangup_by,
    s.policy_id,
    s.final as adherence,
    s.coverage as adherence_coverage,
    c.text_state,
    l.source,
    l.version
from core.leg as l
left join core.leg_context as c using (leg_id)
left join metric.handle_s as h on h.entity_id = l.leg_id
left join qa.score as s using (leg_id)
