-- One row per question a customer was asked, with the answer's place on its scale; CSAT noted with a contact included.
with
    asked as (
        select
            survey_id,
            interaction_id,
            customer_id,
            coalesce(channel, 'not recorded') as channel,
            submitted_at,
            lower(question) as question,
            value,
            scale_min,
            scale_max,
            comment,
            true as is_survey
        from core.survey
        union all
        select
            null as survey_id,
            i.interaction_id,
            i.customer_id,
            'contact record' as channel,
            null as submitted_at,
            'csat' as question,
            i.csat as value,
            i.csat_min as scale_min,
            i.csat_max as scale_max,
            null as comment,
            false as is_survey
        from core.interaction as i
        where
            i.csat is not null
            and i.interaction_id not in (
                select interaction_id
                from core.survey
                where interaction_id is not null and value is not null and lower(question) = 'csat'
            )
    ),
    scaled as (
        select
            *,
            case
                when question = 'nps' and coalesce(scale_min, 0) = 0 and coalesce(scale_max, 10) = 10
                then case when value between 0 and 10 and value = floor(value) then value / 10 end
                when question = 'nps'
                then null
                when question in ('fcr', 'resolved') and scale_min is null and scale_max is null
                then case when value in (0, 1) then value end
                when value between scale_min and scale_max and scale_max > scale_min
                then (value - scale_min) / (scale_max - scale_min)
            end as place
        from asked
    )
select
    s.survey_id,
    s.interaction_id,
    s.customer_id,
    s.channel,
    s.question,
    coalesce(c.completed_on, timezone($site_timezone, s.submitted_at)::date) as about_on,
    s.submitted_at,
    s.value,
    s.scale_min,
    s.scale_max,
    s.place,
    s.is_survey,
    s.value is not null or s.comment is not null as is_answered,
    s.interaction_id is not null
    and row_number() over (
        partition by s.interaction_id, s.question
        order by s.value is not null desc, s.submitted_at desc nulls last, s.survey_id desc nulls last
    )
    = 1 as is_last
from scaled as s
left join core.interaction_context as c using (interaction_id)
