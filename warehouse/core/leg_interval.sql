-- One row per handled leg whose time by the clock is work on it: from when to when, as far as that is known.
with
    timed as (
        select
            l.leg_id,
            l.agent_id,
            epoch_ms(l.answered_at) as from_ms,
            epoch_ms(l.ended_at) as ended_ms,
            epoch_ms(coalesce(l.completed_at, l.ended_at + to_milliseconds((l.wrap_s * 1000)::bigint))) as completed_ms,
            ((l.talk_s + l.hold_s + l.wrap_s) * 1000)::bigint as handle_ms,
            coalesce(i.channel in ('voice', 'callback', 'chat', 'visit'), true) as is_live
        from core.leg as l
        left join core.interaction as i using (interaction_id)
        where l.outcome = 'handled'
    )
select leg_id, agent_id, from_ms, coalesce(completed_ms, ended_ms) as until_ms, completed_ms is not null as is_complete
from timed
where
    -- Three days are the most that the three parts of a handle time may be; longer is a clock that was wrong.
    coalesce(completed_ms, ended_ms) - from_ms between 0 and 259200000
    -- What is written may lie open for days. Only where the log says as much is the clock's time work; each of the
    -- three parts may be rounded to a second.
    and (is_live or completed_ms - from_ms <= handle_ms + 3000)
