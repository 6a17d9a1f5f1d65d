-- One row per handled leg with what is needed to judge it: whose it is, when, where, and whether its words are known.
with
    dated as (
        select
            l.leg_id,
            l.interaction_id,
            l.leg_no,
            l.agent_id,
            l.version as leg_version,
            i.version as interaction_version,
            timezone($site_timezone, coalesce(i.started_at, l.started_at))::date as contact_on,
            timezone(
                $site_timezone,
                coalesce(
                    l.completed_at,
                    l.ended_at + to_milliseconds((l.wrap_s * 1000)::bigint),
                    l.ended_at,
                    l.started_at,
                    i.ended_at,
                    i.started_at
                )
            )::date as completed_on,
            i.channel,
            i.direction,
            coalesce(l.queue, i.queue) as queue,
            i.topic,
            i.language,
            i.customer_id
        from core.leg as l
        left join core.interaction as i using (interaction_id)
        where l.outcome = 'handled'
    ),
    words as (
        select interaction_id, max(version) as transcript_version
        from core.utterance
        group by interaction_id
        union all
        select thread_id as interaction_id, count(*) as transcript_version
        from core.thread_message
        group by thread_id
    ),
    parts as (select leg_id, count(*) as turns from core.turn group by leg_id),
    roster as (select agent_id, team, site, hired_on, valid_from, valid_to from core.agent)
select
    d.leg_id,
    d.interaction_id,
    d.leg_no,
    d.agent_id,
    case when r.valid_to is null or r.valid_to >= d.contact_on then r.team end as team,
    case when r.valid_to is null or r.valid_to >= d.contact_on then r.site end as site,
    case when r.hired_on <= d.contact_on then date_diff('day', r.hired_on, d.contact_on) end as tenure_days,
    d.contact_on,
    d.completed_on,
    d.channel,
    d.direction,
    d.queue,
    d.topic,
    d.language,
    d.customer_id,
    d.interaction_version,
    d.leg_version,
    w.transcript_version,
    coalesce(p.turns, 0) as turns,
    case
        when w.interaction_id is null then 'no_text' when p.leg_id is null then 'not_separable' else 'text'
    end as text_state
from dated as d
asof left join roster as r on r.agent_id = d.agent_id and d.contact_on >= r.valid_from
left join words as w on w.interaction_id = d.interaction_id
left join parts as p on p.leg_id = d.leg_id
