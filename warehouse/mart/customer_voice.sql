-- What customers were asked and answered, per day, week or month, way of answering and question, with intervals.
with
    spread as (
        select
            *,
            place >= 0.75 as is_top,
            case
                when question = 'nps' then case when place >= 0.9 then 100 when place <= 0.6 then -100 else 0 end
            end as points,
            unnest(['day', 'week', 'month']) as period,
            unnest([about_on, date_trunc('week', about_on)::date, date_trunc('month', about_on)::date]) as period_start
        from core.customer_answer
    ),
    counted as (
        select
            period,
            period_start,
            channel,
            question,
            count(*) filter (is_survey) as asked_n,
            count(*) filter (is_answered) as answered_n,
            count(*) filter (is_survey and is_answered) as asked_and_answered_n,
            count(value) as value_n,
            count(place) as n,
            min(scale_min) filter (place is not null) as scale_min,
            max(scale_max) filter (place is not null) as scale_max,
            count(distinct(scale_min, scale_max)) filter (place is not null) = 1 as is_one_scale,
            sum(value::decimal(18, 6)) filter (place is not null) as total,
            sum((value * value)::decimal(28, 6)) filter (place is not null) as total_squared,
            sum(place::decimal(18, 6)) as place_total,
            count(*) filter (is_top) as top_n,
            sum(points) filter (place is not null) as points_total,
            sum(points * points) filter (place is not null) as points_squared
        from spread
        group by period, period_start, channel, question
    ),
    summed as (
        select
            *,
            total::double / nullif(n, 0) as mean,
            t_975(n - 1) * sqrt(
                greatest(0.0, total_squared::double - pow(total::double, 2) / n) / nullif(n - 1, 0) / n
            ) as half_width,
            points_total::double / nullif(n, 0) as score,
            t_975(n - 1) * sqrt(
                greatest(0.0, points_squared::double - pow(points_total::double, 2) / n) / nullif(n - 1, 0) / n
            ) as score_half_width
        from counted
    )
select
    period,
    period_start,
    channel,
    question,
    case when asked_n > 0 then asked_n end as asked_n,
    answered_n,
    asked_and_answered_n / nullif(asked_n, 0) as response_rate,
    wilson_low(asked_and_answered_n, asked_n) as response_ci_low,
    wilson_high(asked_and_answered_n, asked_n) as response_ci_high,
    n,
    value_n - n as n_without_scale,
    place_total::double / nullif(n, 0) as mean_norm,
    case when is_one_scale then scale_min end as scale_min,
    case when is_one_scale then scale_max end as scale_max,
    case when is_one_scale then mean end as mean,
    -- Asked for n first, because greatest and least skip NULL and would make the whole scale of it.
    case when is_one_scale and n > 1 then greatest(scale_min, mean - half_width) end as mean_ci_low,
    case when is_one_scale and n > 1 then least(scale_max, mean + half_width) end as mean_ci_high,
    top_n,
    top_n / nullif(n, 0) as top_share,
    wilson_low(top_n, n) as top_ci_low,
    wilson_high(top_n, n) as top_ci_high,
    score as nps,
    case when question = 'nps' and n > 1 then greatest(-100, score - score_half_width) end as nps_ci_low,
    case when question = 'nps' and n > 1 then least(100, score + score_half_width) end as nps_ci_high
from summed
