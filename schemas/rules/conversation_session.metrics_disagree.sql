-- Segments and metrics of an agent's session agree, give or take 1 s; where they do not, the leg's time is unknown.
-- severity: warn
select file_id, record_no, source_id as found
from stage.conversation_session
where
    agent_id is not null
    and not is_open
    and not is_listening
    and (
        abs(talk_s - metric_talk_s) > 1
        or abs(coalesce(hold_s, 0) - coalesce(metric_hold_s, hold_s, 0)) > 1
        or abs(wrap_s - metric_wrap_s) > 1
    )
