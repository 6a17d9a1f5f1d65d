-- One row per agent and figure: the last 28 days against what colleagues had on the same kinds of contacts.
with
    own as (
        select
            family, subject, scale, stratum, agent_id, sum(n)::bigint as n, sum(total) as total, sum(squares) as squares
        from mart.case_day
        where on_date between $business_date::date - 27 and $business_date::date
        group by family, subject, scale, stratum, agent_id
    ),
    beside as (
        select
            *,
            sum(n) over w - n as others_n,
            sum(total) over w - total as others_total,
            sum(squares) over w - squares as others_squares
        from own
        window w as (partition by family, subject, scale, stratum)
    ),
    -- In each kind of contact: the agent's sum less what colleagues would have had, and how far chance moves that.
    strata as (
        select
            *,
            others_n >= 5 as is_matched,
            n * others_total / nullif(others_n, 0) as expected,
            -- Own and others' values together: where all of one side are alike, its own spread would be none.
            greatest(0.0, squares + others_squares - pow(total + others_total, 2) / (n + others_n))
            / (n + others_n - 1) as spread
        from beside
    ),
    agents as (
        select
            family,
            subject,
            scale,
            agent_id,
            sum(n)::bigint as n,
            coalesce(sum(n) filter (is_matched), 0)::bigint as matched_n,
            count(*) filter (not is_matched) as unmatched_strata_n,
            sum(total) filter (is_matched) as total,
            sum(expected) filter (is_matched) as expected,
            sqrt(sum(spread * n * (1 + n / others_n)) filter (is_matched)) / sum(n) filter (is_matched) as error
        from strata
        group by family, subject, scale, agent_id
    ),
    -- What is rare is counted as such: a normal curve takes three slips where one was expected for proof.
    counted as (
        select
            *,
            (total - expected) / matched_n as difference,
            case
                when scale = 'share' and least(expected, matched_n - expected) < 30
                then expected <= matched_n - expected
            end as is_rare_gain,
            case when is_rare_gain then total when not is_rare_gain then matched_n - total end as rare,
            case when is_rare_gain then expected when not is_rare_gain then matched_n - expected end as rare_expected
        from agents
    ),
    tested as (
        select
            *,
            case
                when matched_n < 20 or 2 * matched_n < n
                then null
                when error = 0
                then 1.0
                else
                    greatest(
                        2 * t_tail(abs(difference) / error, matched_n - 1),
                        case
                            when rare >= rare_expected
                            then least(1.0, 2 * poisson_from(floor(rare + 1e-6), rare_expected))
                            when rare < rare_expected
                            then least(1.0, 2 * (1 - poisson_from(ceil(rare - 1e-6) + 1, rare_expected)))
                            else 0.0
                        end
                    )
            end as p
        from counted
    ),
    -- Benjamini and Hochberg: of what is called a difference in a family, one in twenty at most is expected to be
    -- chance.
    ranked as (
        select
            *,
            count(p) over (partition by family) as tests,
            rank() over (partition by family, p is null order by p desc) as from_last,
            1 / nullif(pow(error, 2), 0) as precision
        from tested
    ),
    adjusted as (
        select
            *,
            case
                when p is not null
                then
                    least(
                        1.0,
                        min(p * tests / (tests + 1 - from_last)) over (
                            partition by family, p is null
                            order by p desc
                            range between unbounded preceding and current row
                        )
                    )
            end as q
        from ranked
    ),
    -- How far agents differ beyond chance (DerSimonian and Laird), which says how much of a difference to believe.
    spreads as (
        select
            family,
            subject,
            sum(precision * difference) / sum(precision) as centre,
            greatest(
                0.0,
                (
                    sum(precision * difference * difference)
                    - pow(sum(precision * difference), 2) / sum(precision)
                    - (count(*) - 1)
                )
                / nullif(sum(precision) - sum(precision * precision) / sum(precision), 0)
            ) as tau2
        from adjusted
        where p is not null and precision is not null
        group by family, subject
    ),
    shrunk as (
        select
            a.*,
            coalesce(s.tau2, 0.0) / nullif(coalesce(s.tau2, 0.0) + pow(a.error, 2), 0) as belief,
            case when a.p is not null then s.centre + (a.difference - s.centre) * belief end as believed,
            sqrt(belief) * a.error as believed_error
        from adjusted as a
        left join spreads as s on s.family = a.family and s.subject = a.subject
    ),
    -- Places count from the largest; two agents whose difference may be chance share theirs.
    places as (
        select
            s.family,
            s.subject,
            s.agent_id,
            1 + count(*) filter (
                o.believed - s.believed > 1.959963984540054 * sqrt(pow(o.believed_error, 2) + pow(s.believed_error, 2))
            ) as place_from,
            count(*) - count(*) filter (
                s.believed - o.believed > 1.959963984540054 * sqrt(pow(o.believed_error, 2) + pow(s.believed_error, 2))
            ) as place_to
        from shrunk as s
        join shrunk as o on o.family = s.family and o.subject = s.subject
        where s.believed is not null and o.believed is not null
        group by s.family, s.subject, s.agent_id
    ),
    bounded as (select *, case when p is not null then t_975(matched_n - 1) * error end as half_width from shrunk)
select
    b.family,
    b.subject,
    b.agent_id,
    b.n,
    b.matched_n,
    b.unmatched_strata_n,
    own_scale(b.total / b.matched_n, b.scale) as observed,
    own_scale(b.expected / b.matched_n, b.scale) as expected,
    own_scale(b.difference, b.scale) as difference,
    own_scale(b.difference - b.half_width, b.scale) as difference_ci_low,
    own_scale(b.difference + b.half_width, b.scale) as difference_ci_high,
    own_scale(b.believed, b.scale) as believed_difference,
    p.place_from,
    p.place_to,
    round(b.q, 6) as q_value,
    case
        when b.matched_n < 20 and b.n < 20
        then 'too_few'
        when b.p is null
        then 'not_comparable'
        when b.q <= 0.05 and b.difference > 0
        then 'above'
        when b.q <= 0.05
        then 'below'
        else 'within_noise'
    end as finding
from bounded as b
left join places as p on p.family = b.family and p.subject = b.subject and p.agent_id = b.agent_id
