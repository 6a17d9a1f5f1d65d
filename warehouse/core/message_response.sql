-- One row per message a customer wrote: when a person next answered it, and how long that took.
with
    undated as (select distinct interaction_id from core.written_word where written_at is null),
    word as (
        select
            interaction_id,
            word_id,
            author,
            written_at,
            min(case when author = 'agent' then written_at end) over (
                partition by interaction_id
                order by written_at, author = 'agent', word_id
                rows between current row and unbounded following
            ) as replied_at
        from core.written_word
        anti join undated using (interaction_id)
    )
select
    word_id,
    interaction_id,
    written_at as asked_at,
    replied_at,
    ((epoch_ms(replied_at) - epoch_ms(written_at)) * 0.001::decimal(4, 3))::decimal(18, 3) as response_s,
    case when replied_at is null then 'waiting' else 'answered' end as state
from word
where author = 'customer'
union all
select word_id, interaction_id, written_at, null, null, 'unknown'
from core.written_word
semi join undated using (interaction_id)
where author = 'customer'
