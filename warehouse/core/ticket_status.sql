-- One row per stretch of time a ticket had one status, as its events tell.
with
    change as (
        select
            *,
            lag(value) over (partition by interaction_id order by happened_at, event_no) as last_value,
            lag(happened_at) over (partition by interaction_id order by happened_at, event_no) as last_at
        from core.ticket_event
        where field = 'status' and value is not null
    ),
    stretch as (
        select
            *,
            row_number() over in_order as stretch_no,
            lead(happened_at) over in_order as ended_at,
            lead(previous_value) over in_order as next_previous_value
        from change
        where last_value is null or value <> last_value
        window in_order as (partition by interaction_id order by happened_at, event_no)
    )
select
    interaction_id,
    stretch_no,
    value as status,
    happened_at as started_at,
    ended_at,
    -- The next change began from another status: an event between the two is missing.
    case
        when next_previous_value is null or next_previous_value = value
        then ((epoch_us(ended_at) - epoch_us(happened_at)) / 1000000)::decimal(18, 3)
    end as status_s,
    is_creation and stretch_no = 1 as is_first,
    value in ('solved', 'closed')
    and coalesce(last_value, previous_value, 'new') not in ('solved', 'closed') as is_solving,
    value not in ('solved', 'closed', 'deleted')
    and coalesce(last_value, previous_value, 'new') in ('solved', 'closed') as is_reopening
from stretch
