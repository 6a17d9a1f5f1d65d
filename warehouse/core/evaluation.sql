-- One row per answer of an evaluation in its current version, with the interaction, leg and agent of its contact.
select
    answer.* exclude (superseded_seq, unit_hash) replace (
        coalesce(answer.interaction_id, chain.interaction_id) as interaction_id,
        coalesce(answer.leg_id, leg.leg_id) as leg_id,
        coalesce(leg.agent_id, answer.agent_id) as agent_id
    )
from history.evaluation as answer
left join core.contact_chain as chain using (contact_id)
left join core.contact_leg as leg using (contact_id)
where answer.superseded_seq is null
