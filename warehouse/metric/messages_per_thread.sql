-- How many messages customer and agents wrote each other in a written contact.
with
    cut as (
        select distinct thread_id as interaction_id
        from core.thread_message
        where is_opening and (parent_id is not null or missing_id is not null)
    )
select
    word.interaction_id as entity_id,
    case when max(cut.interaction_id) is null then count(*) end as value,
    case when max(cut.interaction_id) is null then 'counted' else 'unknown' end as state
from core.written_word as word
left join cut on cut.interaction_id = word.interaction_id
group by word.interaction_id
