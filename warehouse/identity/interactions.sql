-- Interactions somebody answered = distinct interactions with a handled leg; differences are named.
with
    answered as (select interaction_id from core.interaction where outcome = 'answered'),
    handled as (select distinct interaction_id from core.leg where outcome = 'handled'),
    differences as (
        select
            (select count(*) from answered anti join handled using (interaction_id)) as answered_without_leg,
            (
                select count(*) from handled where interaction_id not in (select interaction_id from core.interaction)
            ) as leg_without_interaction,
            (
                select count(*)
                from handled
                join core.interaction using (interaction_id)
                where outcome is distinct from 'answered'
            ) as handled_but_not_answered
    )
select
    'all' as scope,
    (select count(*) from answered) as left_value,
    (select count(*) from handled) as right_value,
    case
        when
            answered_without_leg - leg_without_interaction - handled_but_not_answered
            = (select count(*) from answered) - (select count(*) from handled)
        then
            format(
                '{} answered without a leg, {} legs'' interactions not delivered, {} handled but not marked answered',
                answered_without_leg,
                leg_without_interaction,
                handled_but_not_answered
            )
    end as cause
from differences
