-- One row per e-mail with the thread it belongs to: joined by Message-ID, then by ticket id, never by subject alone.
with recursive
    named as (
        select message_id as name, coalesce(parent_id, missing_id, message_id) as next_name
        from core.message_parent
        union
        select missing_id, missing_id
        from core.message_parent
        where missing_id is not null
    ),
    numbered as (select name, row_number() over (order by name) as node from named),
    -- Each step doubles the way gone upwards, so a chain of a million replies takes twenty steps, and messages that
    -- name each other in a circle end too: `lowest` is then the same for the whole circle.
    walk as (
        select here.node, there.node as target, least(here.node, there.node) as lowest, 0 as step, true as is_moving
        from named
        join numbered as here on here.name = named.name
        join numbered as there on there.name = named.next_name
        union all
        select
            here.node,
            there.target,
            least(here.lowest, there.lowest) as lowest,
            here.step + 1 as step,
            here.target <> there.target as is_moving
        from walk as here
        join walk as there on there.node = here.target
        where here.step <= (select log2(greatest(count(*), 1)) from numbered) and (select bool_or(is_moving) from walk)
    ),
    arrived as (select * from walk where step = (select max(step) from walk)),
    tree as (
        select here.name as message_id, root.name as root_id
        from numbered as here
        join arrived using (node)
        join arrived as top on top.node = arrived.target
        join numbered as root on root.node = top.lowest
    ),
    tree_ticket as (
        select
            root_id,
            system,
            min(sent_at) as first_sent_at,
            first(ticket_id order by sent_at nulls last, message_id) filter (where ticket_id is not null) as ticket_id
        from tree
        join core.message using (message_id)
        group by root_id, system
    ),
    thread as (
        select
            root_id,
            case
                when ticket_id is null
                then root_id
                else first(root_id) over (partition by system, ticket_id order by first_sent_at nulls last, root_id)
            end as thread_id
        from tree_ticket
    )
select
    message_id,
    thread_id,
    root_id as reference_thread_id,
    parent_id,
    missing_id,
    row_number() over (partition by thread_id order by parent_id is not null, sent_at nulls last, message_id)
    = 1 as is_opening
from core.message
join core.message_parent using (message_id)
join tree using (message_id)
join thread using (root_id)
