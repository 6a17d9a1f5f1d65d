-- One row per queue, channel and half hour: what came in, what became of it, and the service levels.
select * from mart.queue_interval
