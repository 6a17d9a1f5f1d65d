-- One row per agent compared: whether there is something to coach, to watch or to praise, and what.
with
    compared as (
        select
            *,
            case
                when family = 'adherence'
                then believed_difference <= -2
                when family <> 'handle_s'
                then believed_difference <= -0.05
            end
            and finding = 'below' as is_behind,
            case
                when family = 'adherence'
                then believed_difference >= 2
                when family = 'resolution_rate'
                then believed_difference >= 0.05
            end
            and finding = 'above' as is_ahead,
            -- Long is no fault in itself: some take the time that colleagues' customers call again for.
            family = 'handle_s' and finding = 'above' and believed_difference >= 1.25 as is_long
        from mart.agent_comparison
    ),
    agents as (
        select
            agent_id,
            list(subject order by family, abs(believed_difference) desc, subject) filter (is_behind) as behind,
            list(subject order by family, subject) filter (is_ahead) as ahead,
            list(subject order by subject) filter (is_long) as long,
            count(*) filter (finding in ('above', 'below', 'within_noise')) as judged,
            count(*) as figures
        from compared
        group by agent_id
    ),
    -- A turn for the worse in the last seven days: eight in a row, or beyond the limits twice. Once is a bad day.
    turns as (
        select agent_id, subject, max(on_date) as on_date, max(rule) as rule
        from mart.control_chart
        where
            agent_id is not null
            and on_date > $business_date::date - 7
            and finding = case when family = 'handle_s' then 'above' else 'below' end
        group by agent_id, subject
        having count(*) >= 2 or max(rule) = 'eight_in_a_row'
    ),
    turned as (
        select agent_id, list({'subject':subject, 'on_date':on_date, 'rule':rule} order by subject) as turned
        from turns
        group by agent_id
    )
select
    a.agent_id,
    case
        when a.behind is not null
        then 'coach'
        when a.long is not null or t.turned is not null
        then 'watch'
        when a.ahead is not null
        then 'praise'
        when a.judged = 0
        then 'too_few'
        else 'no_signal'
    end as signal,
    coalesce(a.behind, []) as behind,
    coalesce(a.long, []) as long,
    coalesce(t.turned, []) as turned,
    coalesce(a.ahead, []) as ahead,
    a.judged,
    a.figures
from agents as a
left join turned as t using (agent_id)
