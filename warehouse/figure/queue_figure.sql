-- A queue's figures of every day, as they are known.
select
    queue,
    channel,
    on_date,
    received,
    offered,
    answered,
    abandoned,
    overflow,
    "open",
    missed,
    ring_no_answer,
    wait_n,
    wait_mean_s,
    answer_within_s::double as answer_within_s,
    answered_within,
    abandoned_within,
    sl_f4,
    abandon_rate
from mart.queue_period
where period = 'day'
