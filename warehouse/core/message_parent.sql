-- One row per e-mail: the nearest message it answers that is loaded, else the oldest one it names, which is missing.
with
    named as (
        select message_id, in_reply_to as ancestor_id, 0 as nearness
        from core.message
        where in_reply_to is not null
        union all
        select message_id, unnest(reference_ids), generate_subscripts(reference_ids, 1)
        from core.message
    ),
    ancestor as (
        select named.message_id, named.ancestor_id, named.nearness, loaded.message_id is not null as is_loaded
        from named
        left join core.message as loaded on loaded.message_id = named.ancestor_id
        where named.ancestor_id <> named.message_id
    ),
    chosen as (
        select
            message_id,
            arg_max(ancestor_id, nearness) filter (where is_loaded) as parent_id,
            coalesce(arg_min(ancestor_id, nearness) filter (where nearness > 0), any_value(ancestor_id)) as oldest_id
        from ancestor
        group by message_id
    )
select message_id, parent_id, case when parent_id is null then oldest_id end as missing_id
from core.message
left join chosen using (message_id)
