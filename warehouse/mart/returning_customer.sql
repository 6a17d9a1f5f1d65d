-- Customers who came back within 30 or 90 days of a first contact, by topic, queue and score, and how that one scored.
with
    first_contact as (
        select
            *,
            first_contact_state(
                is_contact,
                is_answered,
                customer_id,
                any_previous_before_s,
                perhaps_any_previous_before_s,
                recorded_before_s,
                window_days
            ) as first_state,
            until_at + to_hours(window_days * 24) as window_end
        from (select *, unnest([30, 90]) as window_days from core.repeat_contact)
    ),
    -- The n-th contact of its customer; of those begun in the same moment the first and the last number.
    numbered as (
        select customer_id, started_at, min(nth) as first_nth, max(nth) as last_nth
        from
            (
                select
                    customer_id,
                    started_at,
                    row_number() over (partition by customer_id order by started_at, interaction_id) as nth
                from core.repeat_contact
                where is_contact and customer_id is not null and started_at is not null
            )
        group by customer_id, started_at
    ),
    followed as (
        select
            f.window_days,
            f.interaction_id,
            f.first_state,
            f.observed_after_s <= f.window_days * 86400 as is_immature,
            f.any_next_after_s is null or f.any_next_after_s > f.window_days * 86400 as is_gone,
            f.perhaps_any_next_after_s <= f.window_days * 86400 as is_perhaps_back,
            upto.last_nth - own.first_nth + 1 as contacts
        from first_contact as f
        left join numbered as own on own.customer_id = f.customer_id and own.started_at = f.started_at
        asof left join numbered as upto on upto.customer_id = f.customer_id and f.window_end >= upto.started_at
        where f.first_state <> 'excluded'
    ),
    judged as (
        select
            f.window_days,
            f.interaction_id,
            date_trunc('month', c.started_on)::date as month_start,
            coalesce(c.topic, 'not recorded') as topic,
            coalesce(c.queue, 'not recorded') as queue,
            f.contacts,
            not f.is_gone as is_back,
            case
                when f.is_immature
                then 'immature'
                when f.first_state = 'unknown' or (f.is_gone and f.is_perhaps_back)
                then 'unknown'
                else 'counted'
            end as state
        from followed as f
        join core.interaction_context as c using (interaction_id)
    ),
    last_leg as (
        select interaction_id, arg_max(leg_id, leg_no) as leg_id
        from core.leg
        where outcome = 'handled'
        group by interaction_id
    ),
    score as (
        select l.interaction_id, s.policy_id, s.band, s.final
        from last_leg as l
        join qa.score as s using (leg_id)
        where s.final is not null
    ),
    adherence as (
        select interaction_id, sum(final::decimal(18, 6))::double / count(*) as adherence
        from score
        group by interaction_id
    ),
    spread as (
        select *, unnest(['all', 'topic', 'queue']) as dimension, unnest(['all', topic, queue]) as dimension_value
        from judged
        union all by name
        select
            j.*,
            'score' as dimension,
            coalesce(s.policy_id || ': ' || coalesce(s.band, 'no band'), 'not scored') as dimension_value
        from judged as j
        left join score as s using (interaction_id)
    )
select
    window_days,
    month_start,
    dimension,
    dimension_value,
    count(*) filter (state = 'counted') as n,
    count(*) filter (state = 'unknown') as n_unknown,
    count(*) filter (state = 'immature') as n_immature,
    count(*) filter (state = 'counted' and is_back) as returned_n,
    count(*) filter (state = 'counted' and is_back) / nullif(count(*) filter (state = 'counted'), 0) as returned_share,
    wilson_low(count(*) filter (state = 'counted' and is_back), count(*) filter (state = 'counted')) as returned_ci_low,
    wilson_high(
        count(*) filter (state = 'counted' and is_back), count(*) filter (state = 'counted')
    ) as returned_ci_high,
    sum(contacts) filter (state = 'counted') / nullif(count(*) filter (state = 'counted'), 0) as contacts_mean,
    count(adherence) filter (state = 'counted' and is_back) as returned_scored_n,
    sum(adherence::decimal(18, 6)) filter (state = 'counted' and is_back)::double
    / nullif(count(adherence) filter (state = 'counted' and is_back), 0) as returned_adherence_mean,
    count(adherence) filter (state = 'counted' and not is_back) as not_returned_scored_n,
    sum(adherence::decimal(18, 6)) filter (state = 'counted' and not is_back)::double
    / nullif(count(adherence) filter (state = 'counted' and not is_back), 0) as not_returned_adherence_mean
from spread
left join adherence using (interaction_id)
group by window_days, month_start, dimension, dimension_value
