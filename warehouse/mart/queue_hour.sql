-- One row per queue, channel and local hour of entering: what became of the contacts, how long they waited.
select
    period_at as hour_at,
    queue,
    channel,
    received,
    answered,
    abandoned,
    timeout,
    key_exit,
    empty,
    other,
    closed,
    "full",
    blocked,
    open,
    wait_n,
    wait_mean_s,
    answered_wait_mean_s,
    answered_rate,
    answer_within_s,
    answered_within,
    sl_f2 as quality_of_service,
    sl_f1,
    sl_f3,
    sl_f4
from mart.queue_period
where period = 'hour'
