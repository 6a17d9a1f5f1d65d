-- One row per queue, channel and local day: what came in, what became of it, and the service levels.
select * from mart.queue_day
