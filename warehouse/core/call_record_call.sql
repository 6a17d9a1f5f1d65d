-- One row per call detail record of a telephone exchange with the call it belongs to.
with
    -- Only the other record of a pair says where it belongs: the earlier one, which began the call.
    begun as (
        select record.record_id, arg_min(other.call_id, (other.started_at, other.record_id)) as call_id
        from core.call_record as record
        join
            core.call_record as other
            on other.peer_id = record.channel_id
            and (other.started_at, other.record_id) < (record.started_at, record.record_id)
        where record.call_id = record.channel_id
        group by record.record_id
    )
select record.record_id, coalesce(begun.call_id, record.call_id) as interaction_id
from core.call_record as record
left join begun using (record_id)
