-- One row per turn of the transcripts of contacts, put together to one transcript for each chain of contacts.
with
    transcript as (
        select contact_id, output, max(seq) as turns, min(epoch_ms(said_at)) as first_ms, max(version) as version
        from core.contact_turn
        group by contact_id, output
        qualify row_number() over (partition by contact_id order by output desc) = 1
    ),
    part as (
        select
            transcript.*,
            coalesce(chain.interaction_id, contact_id) as interaction_id,
            coalesce(chain.position, 1) as position,
            chain.contact_id is not null as is_known,
            record.agent_id,
            epoch_ms(record.answered_at) as answered_ms
        from transcript
        left join core.contact_chain as chain using (contact_id)
        left join core.contact_record as record using (contact_id)
        where record.is_supervisor is not true
    ),
    placed as (
        select
            part.contact_id,
            part.output,
            part.interaction_id,
            part.is_known,
            part.agent_id,
            interaction.language,
            coalesce(sum(part.turns) over before, 0) as earlier_turns,
            case
                when row_number() over in_order = 1
                then 0
                else part.answered_ms - first_value(part.answered_ms) over in_order
            end as later_ms,
            min(part.first_ms) over whole as first_ms,
            sum(part.version) over whole as version
        from part
        left join core.contact_interaction as interaction on interaction.interaction_id = part.interaction_id
        window
            whole as (partition by part.interaction_id),
            in_order as (partition by part.interaction_id order by part.position, part.contact_id),
            before as (
                partition by part.interaction_id
                order by part.position, part.contact_id
                rows between unbounded preceding and 1 preceding
            )
    )
select
    placed.interaction_id,
    (placed.earlier_turns + turn.seq)::bigint as seq,
    case when turn.speaker = 'agent' and is_known and agent_id is null then 'unknown' else turn.speaker end as speaker,
    case when turn.speaker = 'agent' then placed.agent_id end as agent_id,
    coalesce(epoch_ms(turn.said_at) - placed.first_ms, turn.start_ms + placed.later_ms)::bigint as start_ms,
    case when turn.said_at is null then turn.end_ms + placed.later_ms end::bigint as end_ms,
    turn.text,
    case when turn.language is distinct from placed.language then turn.language end as language,
    turn.confidence,
    turn.source,
    turn.file_id,
    turn.record_no,
    turn.byte_start,
    turn.byte_end,
    turn.updated_at,
    placed.version::bigint as version,
    turn.run_seq,
    null::bigint as superseded_seq
from core.contact_turn as turn
join placed using (contact_id, output)
