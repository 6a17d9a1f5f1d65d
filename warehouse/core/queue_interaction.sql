-- One row per call that came to a queue of Asterisk, in the shape of an interaction, with all queues it went through.
select
    interaction_id,
    any_value(call_id) as source_id,
    'voice' as channel,
    first(direction order by visit_no) as direction,
    first(customer_id order by visit_no) filter (customer_id is not null) as customer_id,
    first(queue order by visit_no) as queue,
    null::varchar as topic,
    null::varchar as language,
    first(entered_at order by visit_no) as started_at,
    first(answered_at order by visit_no) filter (outcome = 'answered') as answered_at,
    last(ended_at order by visit_no) as ended_at,
    first(utc_offset_min order by visit_no) as utc_offset_min,
    first(time_flag order by visit_no) as time_flag,
    null::decimal(12, 3) as ivr_s,
    -- Queue after queue until somebody answers; unknown when one of them is.
    case
        when count(*) filter (has_waited) = count(queue_s) filter (has_waited)
        then (sum(queue_s) filter (has_waited))::decimal(12, 3)
    end as queue_s,
    case when bool_or(outcome = 'answered') then 'answered' else last(outcome order by visit_no) end as outcome,
    null::varchar as disposition,
    null::boolean as resolved,
    null::boolean as reopened,
    null::double as csat,
    null::double as csat_min,
    null::double as csat_max,
    null::boolean as consent,
    null::varchar as parent_id,
    null::json as extra,
    first(source order by visit_no) as source,
    first(file_id order by visit_no) as file_id,
    first(record_no order by visit_no) as record_no,
    first(byte_start order by visit_no) as byte_start,
    first(byte_end order by visit_no) as byte_end,
    null::timestamptz as updated_at,
    sum(version)::bigint as version,
    max(run_seq) as run_seq,
    null::bigint as superseded_seq
from
    (
        select
            *,
            coalesce(outcome not in ('full', 'closed', 'blocked'), true)
            and count(*) filter (outcome = 'answered') over (
                partition by interaction_id order by visit_no rows between unbounded preceding and 1 preceding
            )
            = 0 as has_waited
        from core.queue_call
    )
group by interaction_id
