-- One row per channel: when its first interaction began; what was before is not known to anybody.
select channel, min(started_at) as first_at from core.interaction group by channel
