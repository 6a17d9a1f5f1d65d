-- One row per thing a speech analysis found, in its current version, with the interaction and leg of its contact.
select
    fact.* exclude (superseded_seq, unit_hash) replace (
        coalesce(fact.interaction_id, chain.interaction_id) as interaction_id,
        coalesce(fact.leg_id, leg.leg_id) as leg_id
    )
from history.conversation_fact as fact
left join core.contact_chain as chain using (contact_id)
left join core.contact_leg as leg using (contact_id)
where
    fact.superseded_seq is null
    and fact.output = (
        select max(other.output)
        from history.conversation_fact as other
        where other.contact_id = fact.contact_id and other.superseded_seq is null
    )
