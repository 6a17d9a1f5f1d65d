-- One row per linked id of a telephone exchange with the call it is part of.
with
    begun as (select call_id, min(happened_at) as begun_at from core.channel_event group by call_id),
    used as (select distinct call_id, channel_id from core.channel_event)
-- A transfer joins calls: the channels of the later one go on under the id of the earlier.
select one.call_id, arg_min(begun.call_id, (begun.begun_at, begun.call_id)) as interaction_id
from used as one
join used as other on other.channel_id = one.channel_id
join begun on begun.call_id = other.call_id
group by one.call_id
