-- One row per contact record of a customer with the interaction it is part of and its place there.
with recursive
    contact as (select * from core.contact_record where not is_supervisor),
    named as (
        select
            here.contact_id as name,
            coalesce(here.initial_contact_id, here.previous_contact_id, earlier.contact_id) as next_name
        from contact as here
        left join
            (select next_contact_id, min(contact_id) as contact_id from contact group by next_contact_id) as earlier
            on earlier.next_contact_id = here.contact_id
        where coalesce(here.initial_contact_id, here.previous_contact_id, earlier.contact_id) <> here.contact_id
    ),
    pointed as (
        select name, next_name
        from named
        union
        select next_name, next_name
        from named
        anti join named as other on other.name = named.next_name
    ),
    numbered as (select name, row_number() over (order by name) as node from pointed),
    -- Each step doubles the way gone back, so long chains take few steps, and contacts that name each other in a circle
    -- end too: `lowest` is then the same for the whole circle.
    walk as (
        select here.node, there.node as target, least(here.node, there.node) as lowest, 0 as step, true as is_moving
        from pointed
        join numbered as here on here.name = pointed.name
        join numbered as there on there.name = pointed.next_name
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
    root as (
        select here.name as contact_id, first_one.name as interaction_id
        from numbered as here
        join arrived using (node)
        join arrived as top on top.node = arrived.target
        join numbered as first_one on first_one.node = top.lowest
    )
select
    contact.contact_id,
    coalesce(root.interaction_id, contact.contact_id) as interaction_id,
    row_number() over (
        partition by coalesce(root.interaction_id, contact.contact_id)
        order by
            contact.contact_id <> coalesce(root.interaction_id, contact.contact_id),
            contact.initiated_at,
            contact.ended_at nulls last,
            contact.contact_id
    ) as position
from contact
left join root using (contact_id)
