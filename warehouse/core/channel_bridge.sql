-- One row per stay of a channel in a bridge with others: from when to when it could talk.
with
    event as (
        select call.interaction_id, event.*
        from core.channel_event as event
        join core.channel_call as call using (call_id)
    ),
    named as (
        select interaction_id, channel, min(channel_id) as channel_id
        from event
        group by interaction_id, channel
        having count(distinct channel_id) = 1
    ),
    -- Before version 12 the channel at one end told of both.
    pair as (
        select *, channel_id || '|' || peer_channel as pair_id
        from event
        where kind in ('BRIDGE_START', 'BRIDGE_END') and peer_channel is not null
    ),
    edge as (
        select interaction_id, channel_id, bridge_id, happened_at, kind = 'BRIDGE_ENTER' as is_enter, event_id
        from event
        where kind in ('BRIDGE_ENTER', 'BRIDGE_EXIT') and bridge_id is not null
        union all
        select interaction_id, channel_id, pair_id, happened_at, kind = 'BRIDGE_START', event_id
        from pair
        union all
        select pair.interaction_id, named.channel_id, pair_id, happened_at, kind = 'BRIDGE_START', event_id
        from pair
        join named on named.interaction_id = pair.interaction_id and named.channel = pair.peer_channel
    ),
    numbered as (
        select
            *,
            row_number() over (
                partition by interaction_id, channel_id, bridge_id, is_enter order by happened_at, event_id
            ) as stay_no
        from edge
    ),
    ended as (
        select interaction_id, channel_id, min(happened_at) as ended_at
        from event
        where kind in ('HANGUP', 'CHAN_END')
        group by interaction_id, channel_id
    ),
    changed as (select distinct interaction_id from event where kind = 'BRIDGE_UPDATE'),
    stay as (
        select
            coalesce(entered.interaction_id, gone.interaction_id) as interaction_id,
            coalesce(entered.channel_id, gone.channel_id) as channel_id,
            coalesce(entered.bridge_id, gone.bridge_id) as bridge_id,
            coalesce(entered.stay_no, gone.stay_no) as stay_no,
            entered.happened_at as entered_at,
            gone.happened_at as gone_at
        from (select * from numbered where is_enter) as entered
        full join
            (select * from numbered where not is_enter) as gone
            on gone.interaction_id = entered.interaction_id
            and gone.channel_id = entered.channel_id
            and gone.bridge_id = entered.bridge_id
            and gone.stay_no = entered.stay_no
    )
select
    stay.interaction_id,
    stay.channel_id,
    stay.bridge_id,
    stay.stay_no,
    stay.entered_at,
    coalesce(stay.gone_at, ended.ended_at) as left_at,
    changed.interaction_id is null
    and coalesce(stay.entered_at <= coalesce(stay.gone_at, ended.ended_at), false) as is_sound
from stay
left join ended on ended.interaction_id = stay.interaction_id and ended.channel_id = stay.channel_id
left join changed on changed.interaction_id = stay.interaction_id
