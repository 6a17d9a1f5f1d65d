-- One row per agent and local hour: contacts taken; time talking, logged in, paused, wrapping up, cut at the hour.
with
    live_leg as (
        select leg.*
        from core.leg as leg
        left join core.interaction as interaction using (interaction_id)
        where
            leg.outcome = 'handled'
            and leg.answered_at is not null
            and coalesce(interaction.channel, 'voice') in ('voice', 'callback', 'chat', 'visit')
    ),
    span as (
        select agent_id, 'conversation' as kind, answered_at as started_at, ended_at
        from live_leg
        union all
        select agent_id, 'wrap', ended_at, coalesce(completed_at, ended_at + to_milliseconds((wrap_s * 1000)::bigint))
        from live_leg
        where ended_at is not null and (completed_at is not null or wrap_s is not null)
        union all
        select agent_id, state, started_at, ended_at
        from core.agent_state
        where state in ('login', 'pause', 'wrap')
    ),
    -- Spans of one kind that overlap (two queues, two chats) are one: time is counted once.
    joined as (
        select
            *,
            coalesce(
                started_at > max(ended_at) over (
                    partition by agent_id, kind
                    order by started_at, ended_at
                    rows between unbounded preceding and 1 preceding
                ),
                true
            ) as is_new
        from span
        where ended_at > started_at
    ),
    island as (
        select agent_id, kind, min(started_at) as started_at, max(ended_at) as ended_at
        from
            (
                select
                    *,
                    count(*) filter (is_new) over (
                        partition by agent_id, kind order by started_at, ended_at, is_new desc rows unbounded preceding
                    ) as island_no
                from joined
            )
        group by agent_id, kind, island_no
    ),
    piece as (
        select
            agent_id,
            kind,
            hour_at,
            epoch_us(least(ended_at, hour_at + interval 1 hour)) - epoch_us(greatest(started_at, hour_at)) as us
        from
            (
                select
                    *,
                    unnest(
                        generate_series(local_hour(started_at, $site_timezone), ended_at, interval 1 hour)
                    ) as hour_at
                from island
            )
        where hour_at < ended_at
    ),
    summed as (
        select
            agent_id,
            hour_at,
            sum(answered) as answered,
            (sum(us) filter (kind = 'conversation') / 1000000)::decimal(12, 6) as conversation_s,
            (sum(us) filter (kind = 'login') / 1000000)::decimal(12, 6) as login_s,
            (sum(us) filter (kind = 'pause') / 1000000)::decimal(12, 6) as pause_s,
            (sum(us) filter (kind = 'wrap') / 1000000)::decimal(12, 6) as wrap_s,
            count(*) filter (is_open and kind = 'conversation') as conversation_open,
            count(*) filter (is_open and kind = 'login') as login_open,
            count(*) filter (is_open and kind = 'pause') as pause_open
        from
            (
                select agent_id, hour_at, kind, us, 0 as answered, false as is_open
                from piece
                union all by name
                select agent_id, local_hour(answered_at, $site_timezone) as hour_at, 1 as answered, false as is_open
                from live_leg
                union all by name
                select agent_id, local_hour(started_at, $site_timezone) as hour_at, kind, 0 as answered, true as is_open
                from span
                where ended_at is null
            )
        group by agent_id, hour_at
    )
select
    agent_id,
    hour_at,
    answered::bigint as answered,
    conversation_s,
    login_s,
    pause_s,
    wrap_s,
    conversation_open,
    login_open,
    pause_open
from summed
