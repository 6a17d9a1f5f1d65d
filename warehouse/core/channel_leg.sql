-- One row per agent's part of a telephone call, from the exchange's channel events, in the shape of a leg.
with
    event as (
        select call.interaction_id, event.*
        from core.channel_event as event
        join core.channel_call as call using (call_id)
    ),
    channel as (
        select
            interaction_id,
            channel_id,
            min(agent_id) as agent_id,
            min(channel) as channel,
            min(happened_at) filter (where kind = 'CHAN_START') as begun_at,
            min(happened_at) filter (where kind = 'ANSWER') as answered_at,
            min(happened_at) filter (where kind in ('HANGUP', 'CHAN_END')) as ended_at,
            first(hangup_source order by happened_at, event_id) filter (
                where hangup_source is not null
            ) as hangup_source,
            last(kind order by happened_at, event_id) filter (
                where kind in ('BLINDTRANSFER', 'ATTENDEDTRANSFER')
            ) as transfer,
            last(transfer_to order by happened_at, event_id) filter (
                where kind in ('BLINDTRANSFER', 'ATTENDEDTRANSFER')
            ) as transfer_to,
            first(event_id order by happened_at, event_id) as event_id,
            min(happened_at) as seen_at,
            sum(version)::bigint as version,
            max(run_seq) as run_seq
        from event
        group by interaction_id, channel_id
    ),
    call as (
        select
            interaction_id,
            count(agent_id) filter (where channel_id <> interaction_id) as called_agents,
            max(channel) filter (where channel_id = interaction_id) as first_channel,
            bool_or(agent_id is not null) filter (where channel_id = interaction_id) as is_from_agent
        from channel
        group by interaction_id
    ),
    queued as (
        select interaction_id, first(queue order by happened_at, event_id) as queue
        from event
        where queue is not null
        group by interaction_id
    ),
    together as (
        select
            mine.interaction_id,
            mine.channel_id,
            greatest(mine.entered_at, other.entered_at) as from_at,
            least(mine.left_at, other.left_at) as to_at
        from core.channel_bridge as mine
        join
            core.channel_bridge as other
            on other.interaction_id = mine.interaction_id
            and other.bridge_id = mine.bridge_id
            and other.channel_id <> mine.channel_id
        where greatest(mine.entered_at, other.entered_at) < least(mine.left_at, other.left_at)
    ),
    -- With three in a bridge two overlaps cover the same time: each moment counts once.
    counted as (
        select
            *,
            max(to_at) over (
                partition by interaction_id, channel_id
                order by from_at, to_at
                rows between unbounded preceding and 1 preceding
            ) as before_to_at
        from together
    ),
    talked as (
        select
            interaction_id,
            channel_id,
            min(from_at) as from_at,
            max(to_at) as to_at,
            sum(
                greatest(epoch_us(to_at) - greatest(epoch_us(from_at), coalesce(epoch_us(before_to_at), 0)), 0)
            ) as talk_us
        from counted
        group by interaction_id, channel_id
    ),
    known as (select interaction_id, bool_and(is_sound) as is_sound from core.channel_bridge group by interaction_id),
    part as (
        select
            channel.*,
            channel.channel_id = channel.interaction_id as is_caller,
            call.first_channel,
            call.is_from_agent,
            known.is_sound,
            talked.from_at,
            talked.to_at,
            case
                when not known.is_sound
                then null
                when talked.talk_us is not null
                then talked.talk_us
                when known.is_sound and channel.ended_at is not null
                then 0
            end as talk_us
        from channel
        join call using (interaction_id)
        left join known using (interaction_id)
        left join talked on talked.interaction_id = channel.interaction_id and talked.channel_id = channel.channel_id
        where
            channel.agent_id is not null
            and (
                channel.channel_id <> channel.interaction_id
                or (call.called_agents = 0 and talked.channel_id is not null)
            )
    ),
    numbered as (
        select
            *,
            is_caller or answered_at is not null or from_at is not null as is_taken,
            case when is_caller then from_at else coalesce(answered_at, from_at) end as taken_at,
            row_number() over (partition by interaction_id order by seen_at, channel_id) as leg_no
        from part
    )
select
    leg.interaction_id || '/' || leg.leg_no as leg_id,
    leg.interaction_id,
    leg.leg_no,
    leg.agent_id,
    case when not leg.is_caller then queued.queue end as queue,
    leg.begun_at as started_at,
    leg.taken_at as answered_at,
    leg.ended_at,
    null::timestamptz as completed_at,
    case
        when not leg.is_caller
        then ((epoch_us(coalesce(leg.taken_at, leg.ended_at)) - epoch_us(leg.begun_at))::decimal(18, 0) / 1000000)
    end::decimal(12, 3) as ring_s,
    case when leg.is_taken then leg.talk_us::decimal(18, 0) / 1000000 end::decimal(12, 3) as talk_s,
    null::decimal(12, 3) as hold_s,
    null::decimal(12, 3) as wrap_s,
    case when leg.is_taken then 'handled' else 'missed' end as outcome,
    case leg.transfer when 'BLINDTRANSFER' then 'blind' when 'ATTENDEDTRANSFER' then 'attended' end as transfer,
    leg.transfer_to,
    case
        when not leg.is_taken
        then null
        when leg.hangup_source = leg.channel
        then 'agent'
        when leg.hangup_source = leg.first_channel and not leg.is_from_agent
        then 'customer'
        when leg.hangup_source like 'dialplan/%'
        then 'system'
    end as hangup_by,
    null::varchar as note,
    null::json as extra,
    event.source,
    event.file_id,
    event.record_no,
    event.byte_start,
    event.byte_end,
    event.updated_at,
    leg.version,
    leg.run_seq,
    null::bigint as superseded_seq
from numbered as leg
join core.channel_event as event using (event_id)
left join queued on queued.interaction_id = leg.interaction_id
