-- Every queue and channel over the recent days, pooled over contacts.
select
    queue,
    channel,
    sum(received)::bigint as received,
    sum(offered)::bigint as offered,
    sum(answered)::bigint as answered,
    sum(abandoned)::bigint as abandoned,
    sum(wait_mean_s * wait_n) / nullif(sum(wait_n), 0) as wait_mean_s,
    sum(abandoned) / nullif(sum(offered), 0) as abandon_rate,
    max(answer_within_s) as answer_within_s
from queue_day
where on_date between $recent and $until and queue is not null
group by queue, channel
order by queue, channel
