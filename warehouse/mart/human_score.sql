-- One row per evaluation by a person: what the form was worth. Never mixed with automatic scores.
select
    evaluation_id,
    any_value(session_id) as session_id,
    any_value(form) as form,
    any_value(form_version) as form_version,
    any_value(interaction_id) as interaction_id,
    any_value(leg_id) as leg_id,
    any_value(agent_id) as agent_id,
    any_value(evaluator_id) as evaluator_id,
    any_value(evaluated_at) as evaluated_at,
    count(*) as answers,
    count_if(is_not_applicable) as not_applicable_n,
    any_value(evaluation_percentage) as evaluation_percentage
from core.evaluation
group by evaluation_id
having bool_or(coalesce(answered_by, 'person') = 'person')
