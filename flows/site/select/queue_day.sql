-- Every queue and channel by day: what came in, what became of it, the service level as promised.
select
    queue,
    channel,
    on_date as day,
    received,
    offered,
    answered,
    abandoned,
    wait_n,
    wait_mean_s,
    wait_p90_s,
    abandon_rate,
    answer_within_s,
    sl_f1 as service_level
from queue_day
where on_date between $since and $until and queue is not null
order by queue, channel, day
