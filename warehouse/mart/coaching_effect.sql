-- One row per coaching and figure it was about: the change since, against that of colleagues nobody coached on it.
with
    about as (
        select distinct c.coaching_id, c.agent_id as coached, c.coached_on, d.family, d.subject, d.scale
        from core.coaching as c
        join
            mart.case_day as d
            on case
                when c.metric is not null
                then d.subject = c.metric
                when c.question_id is not null
                then
                    d.family = 'question'
                    and d.subject = coalesce(c.policy_id, split_part(d.subject, '.', 1)) || '.' || c.question_id
                else d.family = 'adherence' and d.subject = coalesce(c.policy_id, d.subject)
            end
        where d.agent_id = c.agent_id
    ),
    -- Four weeks on each side of the talk; of colleagues, only who was not coached on the same in those weeks.
    sides as (
        select
            a.coaching_id,
            a.family,
            a.subject,
            a.coached,
            d.agent_id,
            d.stratum,
            d.on_date > a.coached_on as is_after,
            sum(d.n)::bigint as n,
            sum(d.total) as total,
            sum(d.squares) as squares
        from about as a
        join mart.case_day as d on d.family = a.family and d.subject = a.subject
        where
            d.on_date <> a.coached_on
            and d.on_date between a.coached_on - 28 and least(a.coached_on + 28, $business_date::date)
            and (
                d.agent_id = a.coached
                or not exists (
                    select 1
                    from about as o
                    where
                        o.family = a.family
                        and o.subject = a.subject
                        and o.coached = d.agent_id
                        and abs(o.coached_on - a.coached_on) <= 28
                )
            )
        group by all
    ),
    -- What colleagues have on such a contact, before and after together: what is left is the agent's own.
    usual as (
        select
            coaching_id,
            family,
            subject,
            stratum,
            sum(total) / sum(n) as mean,
            sum(squares) / sum(n) - pow(sum(total) / sum(n), 2) as spread
        from sides
        where agent_id <> coached
        group by all
        having sum(n) >= 5
    ),
    agents as (
        select
            s.coaching_id,
            s.family,
            s.subject,
            s.agent_id = s.coached as is_coached,
            coalesce(sum(s.n) filter (not s.is_after), 0)::bigint as before_n,
            coalesce(sum(s.n) filter (s.is_after), 0)::bigint as after_n,
            sum(s.total) filter (not s.is_after) / before_n as before_mean,
            sum(s.total) filter (s.is_after) / after_n as after_mean,
            sum(s.total - s.n * u.mean) filter (not s.is_after) / before_n as before_rest,
            sum(s.total - s.n * u.mean) filter (s.is_after) / after_n as after_rest,
            sum(s.n * greatest(0.0, u.spread)) filter (s.is_after) / pow(after_n, 2) as after_error2
        from sides as s
        join
            usual as u
            on u.coaching_id = s.coaching_id
            and u.family = s.family
            and u.subject = s.subject
            and u.stratum = s.stratum
        group by s.coaching_id, s.family, s.subject, s.agent_id, s.coached
    ),
    -- How colleagues went on from where they stood: who stood out comes back towards the middle without any coaching.
    peers as (
        select
            coaching_id,
            family,
            subject,
            count(*) as peers_n,
            regr_slope(after_rest, before_rest) as slope,
            regr_intercept(after_rest, before_rest) as intercept,
            regr_avgx(after_rest, before_rest) as middle,
            regr_sxx(after_rest, before_rest) as sxx,
            greatest(
                0.0,
                regr_syy(after_rest, before_rest)
                - pow(regr_sxy(after_rest, before_rest), 2) / nullif(regr_sxx(after_rest, before_rest), 0)
            )
            / nullif(count(*) - 2, 0) as rest2
        from agents
        where not is_coached and before_n >= 10 and after_n >= 10
        group by coaching_id, family, subject
    ),
    judged as (
        select
            a.coaching_id,
            a.coached,
            a.coached_on,
            a.family,
            a.subject,
            a.scale,
            coalesce(c.before_n, 0) as before_n,
            coalesce(c.after_n, 0) as after_n,
            c.before_mean,
            c.after_mean,
            coalesce(p.peers_n, 0) as peers_n,
            before_n >= 10 and after_n >= 10 and peers_n >= 6 and p.sxx > 0 as is_judged,
            case when is_judged then c.after_rest - (p.intercept + p.slope * c.before_rest) end as effect,
            case
                when is_judged
                then
                    t_975(p.peers_n - 2) * sqrt(
                        greatest(p.rest2, c.after_error2)
                        + p.rest2 * (1 / p.peers_n + pow(c.before_rest - p.middle, 2) / p.sxx)
                    )
            end as half_width
        from about as a
        left join
            agents as c
            on c.coaching_id = a.coaching_id
            and c.family = a.family
            and c.subject = a.subject
            and c.is_coached
        left join peers as p on p.coaching_id = a.coaching_id and p.family = a.family and p.subject = a.subject
    )
select
    coaching_id,
    coached as agent_id,
    coached_on,
    least(28, $business_date::date - coached_on) as days_after,
    family,
    subject,
    before_n,
    after_n,
    peers_n,
    own_scale(before_mean, scale) as before,
    own_scale(after_mean, scale) as after,
    own_scale(effect, scale) as effect,
    own_scale(effect - half_width, scale) as effect_ci_low,
    own_scale(effect + half_width, scale) as effect_ci_high,
    case
        when days_after < 1
        then 'too_early'
        when not coalesce(is_judged, false)
        then 'too_few'
        when effect - half_width > 0
        then 'above'
        when effect + half_width < 0
        then 'below'
        else 'within_noise'
    end as finding
from judged
