-- Answers counted in mart.customer_voice = survey rows with an answer + contacts whose own CSAT no survey answered.
with
    survey as (
        select lower(question) as question, count(*) as n
        from core.survey
        where value is not null or comment is not null
        group by lower(question)
    ),
    noted as (
        select 'csat' as question, count(*) as n
        from core.interaction as i
        anti join
            (select distinct interaction_id from core.survey where value is not null and lower(question) = 'csat') as s
            on s.interaction_id = i.interaction_id
        where i.csat is not null
    ),
    told as (
        select question, sum(n) as n
        from
            (
                select *
                from survey
                union all
                select *
                from noted
            )
        group by question
    ),
    voice as (select question, sum(answered_n) as n from mart.customer_voice where period = 'day' group by question)
select
    coalesce(told.question, voice.question) as scope,
    coalesce(told.n, 0) as left_value,
    coalesce(voice.n, 0) as right_value,
    null::varchar as cause
from told
full join voice on voice.question = told.question
