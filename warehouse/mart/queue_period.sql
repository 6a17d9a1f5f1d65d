-- One row per queue, channel and local half hour, hour or day: what became of contacts, how long they waited.
with
    visit as (
        select
            v.*,
            t.answer_within_s,
            coalesce(v.outcome not in ('closed', 'full', 'blocked'), true) as is_offered,
            v.queue_s <= t.answer_within_s as is_within,
            v.queue_s <= t.short_abandon_s as is_short
        from core.queue_visit as v
        left join core.queue_target as t on t.queue = v.queue
        where
            v.entered_at is not null
            and v.direction is distinct from 'outbound'
            and v.direction is distinct from 'internal'
    ),
    ring as (
        select coalesce(l.queue, i.queue) as queue, i.channel, l.started_at as entered_at
        from core.leg as l
        join core.interaction as i using (interaction_id)
        where l.outcome = 'missed' and l.started_at is not null and coalesce(l.queue, i.queue) is not null
    ),
    event as (
        select *, false as is_ring
        from visit
        union all by name
        select *, true as is_ring
        from ring
    ),
    placed as (
        select
            *,
            unnest(['half_hour', 'hour', 'day']) as period,
            unnest(
                [
                    local_half_hour(entered_at, $site_timezone),
                    local_hour(entered_at, $site_timezone),
                    timezone($site_timezone, timezone($site_timezone, entered_at)::date::timestamp)
                ]
            ) as period_at
        from event
    ),
    counted as (
        select
            period,
            period_at,
            queue,
            channel,
            max(answer_within_s) as answer_within_s,
            count(*) filter (not is_ring) as received,
            count(*) filter (is_offered) as offered,
            count(*) filter (outcome = 'answered') as answered,
            count(*) filter (outcome = 'abandoned') as abandoned,
            count(*) filter (outcome = 'abandoned' and is_short) as short_abandoned,
            count(*) filter (outcome = 'abandoned' and is_short is null) as abandoned_unknown,
            count(*) filter (outcome = 'timeout') as timeout,
            count(*) filter (outcome = 'key_exit') as key_exit,
            count(*) filter (outcome = 'empty') as empty,
            count(*) filter (outcome in ('failed', 'busy', 'voicemail')) as other,
            count(*) filter (outcome = 'closed') as closed,
            count(*) filter (outcome = 'full') as "full",
            count(*) filter (outcome = 'blocked') as blocked,
            count(*) filter (outcome is null and not is_ring) as open,
            count(*) filter (is_missed) as missed,
            count(*) filter (is_ring) as ring_no_answer,
            count(queue_s) filter (is_offered and outcome is not null) as wait_n,
            sum(queue_s) filter (is_offered and outcome is not null) as wait_total_s,
            quantile_cont(queue_s::double, 0.9) filter (is_offered and outcome is not null) as wait_p90_s,
            count(queue_s) filter (outcome = 'answered') as answered_wait_n,
            sum(queue_s) filter (outcome = 'answered') as answered_wait_total_s,
            count(*) filter (outcome = 'answered' and is_within) as answered_within,
            count(is_within) filter (outcome = 'answered') as answered_known,
            count(*) filter (outcome = 'abandoned' and is_within) as abandoned_within,
            count(is_within) filter (outcome = 'abandoned') as abandoned_known
        from placed
        group by period, period_at, queue, channel
    )
select
    period,
    period_at,
    timezone($site_timezone, period_at)::date as on_date,
    queue,
    channel,
    received,
    offered,
    answered,
    abandoned,
    case when abandoned_unknown = 0 then short_abandoned end as short_abandoned,
    timeout,
    key_exit,
    empty,
    other,
    timeout + key_exit + empty + other as overflow,
    closed,
    "full",
    blocked,
    open,
    missed,
    ring_no_answer,
    wait_n,
    wait_total_s::double / nullif(wait_n, 0) as wait_mean_s,
    wait_p90_s,
    answered_wait_n,
    answered_wait_total_s::double / nullif(answered_wait_n, 0) as answered_wait_mean_s,
    answered / nullif(received - closed - blocked - open, 0) as answered_rate,
    abandoned / nullif(offered, 0) as abandon_rate,
    case
        when abandoned_unknown = 0 then (abandoned - short_abandoned) / nullif(offered - short_abandoned, 0)
    end as abandon_rate_excl_short,
    answer_within_s,
    answered_within,
    abandoned_within,
    (answered_within + abandoned_within) / nullif(answered_known + abandoned_known, 0) as sl_f1,
    answered_within / nullif(answered_known, 0) as sl_f2,
    answered_within / nullif(answered_known + abandoned_known, 0) as sl_f3,
    answered_within / nullif(answered_known + abandoned_known - abandoned_within, 0) as sl_f4,
    (answered_known + abandoned_known) / nullif(answered + abandoned, 0) as sl_coverage
from counted
