-- What a talk with an agent is about, item by item: signals, changes, lost questions with quotes, an example to praise.
with
    chosen as (
        select agent_id, arg_max(team, period_start) as team
        from mart.agent_period
        where
            period = 'day'
            and period_start between $until::date - 27 and $until::date
            and agent_id = coalesce($agent::varchar, agent_id)
        group by agent_id
        having $team::varchar is null or team = $team
    ),
    signals as (
        select
            agent_id,
            'signal' as section,
            unnest(
                list_concat(
                    [{'rank':1, 'subject':'signal', 'finding':signal, 'on_date':null::date}],
                    list_transform(behind, lambda s: {'rank':2, 'subject':s, 'finding':'behind', 'on_date':null::date}),
                    list_transform(long, lambda s: {'rank':3, 'subject':s, 'finding':'long', 'on_date':null::date}),
                    list_transform(
                        turned, lambda t: {'rank':4, 'subject':t.subject, 'finding':t.rule, 'on_date':t.on_date}
                    ),
                    list_transform(ahead, lambda s: {'rank':5, 'subject':s, 'finding':'ahead', 'on_date':null::date})
                ),
                recursive := true
            )
        from mart.agent_signal
    ),
    figures as (
        select
            p.agent_id,
            p.period,
            p.period_start,
            unnest(
                [
                    {
                        'subject':'handle_s',
                        'value':handle_mean_s::double,
                        'low':null::double,
                        'high':null::double,
                        'n':handle_n,
                        'total':handle_total_s::double
                    },
                    {
                        'subject':'resolution_rate',
                        'value':resolution_rate::double,
                        'low':resolution_ci_low::double,
                        'high':resolution_ci_high::double,
                        'n':resolution_n,
                        'total':resolved_n::double
                    },
                    {
                        'subject':'adherence',
                        'value':adherence_mean::double,
                        'low':adherence_ci_low::double,
                        'high':adherence_ci_high::double,
                        'n':adherence_n,
                        'total':adherence_total::double
                    }
                ],
                recursive := true
            )
        from mart.agent_period as p
        where p.period in ('day', 'week') and p.period_start between $until::date - 83 and $until::date
    ),
    turns as (
        select
            agent_id,
            case when family = 'adherence' then 'adherence' else subject end as subject,
            count(*) filter (finding = 'above') as above_n,
            count(*) filter (finding = 'below') as below_n
        from mart.control_chart
        where rule is not null and on_date between $since and $until
        group by all
    ),
    changes as (
        select
            agent_id,
            subject,
            sum(total) filter (period_start >= $since::date)
            / nullif(sum(n) filter (period_start >= $since::date), 0) as value,
            sum(total) filter (period_start < $since::date)
            / nullif(sum(n) filter (period_start < $since::date), 0) as before,
            coalesce(sum(n) filter (period_start >= $since::date), 0)::bigint as n,
            coalesce(sum(n) filter (period_start < $since::date), 0)::bigint as before_n
        from figures
        where period = 'day' and period_start >= $since::date - 28
        group by agent_id, subject
    ),
    -- The four weeks that end with the days asked for: what was lost, question by question.
    answers as (
        select
            c.agent_id,
            a.policy_id,
            a.policy_version,
            a.question_id,
            a.leg_id,
            c.contact_on,
            a.outcome,
            a.reason,
            a.evidence,
            a.weight * (1 - a.score) as lost
        from qa.answer as a
        join core.leg_context as c using (leg_id)
        where
            c.contact_on between $until::date - 27 and $until::date
            and a.outcome in ('pass', 'fail')
            and not a.is_advisory
            and c.agent_id in (select agent_id from chosen)
    ),
    lost as (
        select
            agent_id,
            policy_id,
            policy_version,
            question_id,
            count(*) as n,
            count(*) filter (outcome = 'fail') as failed,
            round(sum(lost), 6) as lost,
            row_number() over (
                partition by agent_id order by round(sum(lost), 6) desc, policy_id, policy_version, question_id
            ) as rank
        from answers
        group by agent_id, policy_id, policy_version, question_id
        having sum(lost) > 0
        qualify rank <= 3
    ),
    cases as (
        select
            l.rank,
            a.*,
            row_number() over (partition by a.agent_id, l.rank order by a.contact_on desc, a.leg_id) as place
        from lost as l
        join answers as a using (agent_id, policy_id, policy_version, question_id)
        where a.lost > 0
        qualify place <= 2
    ),
    -- What was said instead: at the begin for what belongs there, else at the end.
    said as (
        select
            c.leg_id,
            c.rank,
            c.agent_id,
            case
                when starts_with(c.evidence ->> '$.window', 'last')
                then max_by(t.text, t.turn_no)
                else min_by(t.text, t.turn_no)
            end as text,
            case
                when starts_with(c.evidence ->> '$.window', 'last')
                then max_by(t.start_ms, t.turn_no)
                else min_by(t.start_ms, t.turn_no)
            end as start_ms
        from cases as c
        join core.turn as t on t.leg_id = c.leg_id and t.speaker = coalesce(c.evidence ->> '$.speaker', 'agent')
        group by c.leg_id, c.rank, c.agent_id, c.evidence
    ),
    praised as (
        select s.agent_id, s.leg_id, s.policy_id, s.policy_version, s.contact_on, s.final
        from qa.score as s
        join core.leg_context as c using (leg_id)
        where s.contact_on between $until::date - 27 and $until::date and s.final is not null and c.text_state = 'text'
        qualify
            row_number() over (
                partition by s.agent_id order by s.final desc, s.coverage desc, s.contact_on desc, s.leg_id
            )
            = 1
    ),
    -- The longest of the words that earned a point there.
    words as (
        select
            p.agent_id,
            a.question_id,
            a.evidence ->> '$[0].quote' as quote,
            (a.evidence ->> '$[0].start_ms')::bigint as start_ms
        from praised as p
        join qa.answer as a using (leg_id, policy_id)
        where a.outcome = 'pass' and json_type(a.evidence) = 'ARRAY'
        qualify row_number() over (partition by p.agent_id order by length(quote) desc, a.question_id) = 1
    ),
    labels as (
        select policy_id || '.' || question_id as subject, arg_max(text, policy_version) as label
        from mart.question
        group by all
        union all
        select question_id as subject, arg_max(text, policy_id || policy_version) as label
        from mart.question
        where question_id not in (select policy_id from qa.policy)
        group by all
        union all
        select policy_id as subject, arg_max(policy, policy_version) as label
        from mart.question
        group by all
    ),
    items as (
        select
            agent_id,
            section,
            rank,
            subject,
            null::double as value,
            null::double as compared_with,
            null::double as low,
            null::double as high,
            null::bigint as n,
            null::bigint as failed_n,
            finding,
            null::varchar as policy_id,
            null::bigint as policy_version,
            null::varchar as question_id,
            null::varchar as leg_id,
            on_date,
            null::double as moment_s,
            null::varchar as text,
            null::varchar as note
        from signals
        union all by name
        select
            c.agent_id,
            'change' as section,
            1 as rank,
            c.subject,
            case when c.n >= $min_n then c.value end as value,
            case when c.before_n >= $min_n then c.before end as compared_with,
            w.low,
            w.high,
            c.n,
            case
                when c.n < $min_n
                then 'too_few'
                when t.above_n >= 2
                then 'above'
                when t.below_n >= 2
                then 'below'
                else 'within_noise'
            end as finding,
            $since::date as on_date
        from changes as c
        left join
            figures as w
            on w.agent_id = c.agent_id
            and w.subject = c.subject
            and w.period = 'week'
            and w.period_start = $since::date
            and c.n >= $min_n
        left join turns as t on t.agent_id = c.agent_id and t.subject = c.subject
        union all by name
        select
            agent_id,
            'week' as section,
            row_number() over (partition by agent_id order by subject, period_start) as rank,
            subject,
            case when n >= $min_n then value end as value,
            case when n >= $min_n then low end as low,
            case when n >= $min_n then high end as high,
            n,
            period_start as on_date
        from figures
        where period = 'week'
        union all by name
        select
            agent_id,
            'compared' as section,
            1 as rank,
            subject,
            observed as value,
            expected as compared_with,
            difference_ci_low as low,
            difference_ci_high as high,
            matched_n as n,
            finding
        from mart.agent_comparison
        where family <> 'question'
        union all by name
        select
            l.agent_id,
            'lost' as section,
            l.rank,
            l.policy_id || '.' || l.question_id as subject,
            l.failed / l.n as value,
            1 - c.expected as compared_with,
            wilson_low(l.failed, l.n) as low,
            wilson_high(l.failed, l.n) as high,
            l.n,
            l.failed as failed_n,
            c.finding,
            l.policy_id,
            l.policy_version,
            l.question_id,
            q.coaching as note
        from lost as l
        left join mart.question as q using (policy_id, policy_version, question_id)
        left join
            mart.agent_comparison as c
            on c.family = 'question'
            and c.agent_id = l.agent_id
            and c.subject = l.policy_id || '.' || l.question_id
        union all by name
        select
            c.agent_id,
            'quote' as section,
            c.rank,
            c.policy_id || '.' || c.question_id as subject,
            c.policy_id,
            c.policy_version,
            c.question_id,
            c.leg_id,
            c.contact_on as on_date,
            coalesce((c.evidence ->> '$[0].start_ms')::double, s.start_ms) / 1000 as moment_s,
            coalesce(c.evidence ->> '$[0].quote', s.text) as text,
            concat_ws(', ', c.reason, c.evidence ->> '$.window') as note
        from cases as c
        left join said as s using (leg_id, rank, agent_id)
        union all by name
        select
            p.agent_id,
            'praise' as section,
            1 as rank,
            p.policy_id || coalesce('.' || w.question_id, '') as subject,
            p.final as value,
            p.policy_id,
            p.policy_version,
            w.question_id,
            p.leg_id,
            p.contact_on as on_date,
            w.start_ms / 1000 as moment_s,
            w.quote as text
        from praised as p
        left join words as w using (agent_id)
        union all by name
        select
            agent_id,
            'dispute' as section,
            row_number() over (partition by agent_id order by claimed_at, dispute_id) as rank,
            coalesce(policy_id || '.' || question_id, 'agent') as subject,
            policy_id,
            policy_version,
            question_id,
            leg_id,
            timezone($site_timezone, claimed_at)::date as on_date,
            claim as text
        from core.dispute
        where decision is null
        union all by name
        select
            c.agent_id,
            'coaching' as section,
            row_number() over (partition by c.agent_id order by c.coached_on, c.coaching_id, e.subject) as rank,
            coalesce(e.subject, c.metric, c.policy_id || '.' || c.question_id, c.question_id, c.policy_id) as subject,
            e.after as value,
            e.before as compared_with,
            e.effect_ci_low as low,
            e.effect_ci_high as high,
            e.after_n as n,
            e.finding,
            c.policy_id,
            c.question_id,
            c.coached_on as on_date,
            c.action as text,
            concat_ws(', ', 'due ' || c.due_on, 'done ' || c.done_on, c.note) as note
        from core.coaching as c
        left join
            mart.coaching_effect as e
            on e.coaching_id = c.coaching_id
            and e.agent_id = c.agent_id
            and e.finding in ('above', 'below', 'within_noise')
        where c.done_on is null or c.coached_on >= $until::date - 83
    )
select
    i.agent_id,
    c.team,
    i.section,
    i.rank::bigint as rank,
    i.subject,
    l.label,
    i.value,
    i.compared_with,
    i.low,
    i.high,
    i.n,
    i.failed_n,
    i.finding,
    i.policy_id,
    i.policy_version,
    i.question_id,
    i.leg_id,
    i.on_date,
    i.moment_s,
    i.text,
    i.note
from items as i
join chosen as c using (agent_id)
left join labels as l using (subject)
order by
    i.agent_id,
    list_position(
        ['signal', 'change', 'lost', 'quote', 'praise', 'compared', 'dispute', 'coaching', 'week'], i.section
    ),
    i.rank,
    i.subject,
    i.on_date desc,
    i.leg_id
