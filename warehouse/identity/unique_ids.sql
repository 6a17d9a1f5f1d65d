-- Interactions and legs have an id of their own. One id twice is one exchange read through two logs, or two systems
-- under one name: each would be counted twice.
with
    interactions as (
        select
            interaction_id as id,
            count(*) - 1 as surplus,
            string_agg(distinct source, ' and ' order by source) as sources
        from core.interaction
        group by interaction_id
        having count(*) > 1
    ),
    legs as (
        select leg_id as id, count(*) - 1 as surplus, string_agg(distinct source, ' and ' order by source) as sources
        from core.leg
        group by leg_id
        having count(*) > 1
    )
select
    'interactions' || coalesce(' of ' || (select min(sources) from interactions), '') as scope,
    (select count(*) from core.interaction) as left_value,
    (select count(*) from core.interaction) - coalesce((select sum(surplus) from interactions), 0) as right_value,
    null::varchar as cause
union all
select
    'legs' || coalesce(' of ' || (select min(sources) from legs), ''),
    (select count(*) from core.leg),
    (select count(*) from core.leg) - coalesce((select sum(surplus) from legs), 0),
    null::varchar
