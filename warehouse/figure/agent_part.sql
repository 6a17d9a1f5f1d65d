-- What each contact brings to an agent's day, of the days in `changed`, as it is known.
with
    event as (
        select agent_id, completed_on as business_date, interaction_id, 1 as legs
        from core.leg_context
        where completed_on in (select business_date from changed)
        union all by name
        select
            l.agent_id,
            timezone($site_timezone, coalesce(l.started_at, i.started_at))::date as business_date,
            l.interaction_id,
            1 as missed
        from core.leg as l
        left join core.interaction as i using (interaction_id)
        where l.outcome = 'missed'
        union all by name
        select
            a.agent_id,
            a.business_date,
            coalesce(l.interaction_id, a.entity_id) as interaction_id,
            (a.metric = 'handle_s' and a.state = 'counted')::integer as handle_n,
            case when a.metric = 'handle_s' then a.value::decimal(18, 3) end as handle_total_s,
            (a.metric = 'talk_s' and a.state = 'counted')::integer as talk_n,
            case when a.metric = 'talk_s' then a.value::decimal(18, 3) end as talk_total_s,
            (a.metric = 'resolution_rate' and a.state = 'counted')::integer as resolution_n,
            case when a.metric = 'resolution_rate' then a.value::integer end as resolved_n,
            (a.metric = 'resolution_rate' and a.state = 'unknown')::integer as resolution_unknown_n,
            (a.metric = 'first_response_s' and a.state = 'counted')::integer as first_response_n,
            case when a.metric = 'first_response_s' then a.value::decimal(18, 3) end as first_response_total_s
        from metric.attributed as a
        left join core.leg_context as l on a.grain = 'leg' and l.leg_id = a.entity_id
        where
            a.metric in ('handle_s', 'talk_s', 'resolution_rate', 'first_response_s')
            and a.state <> 'excluded'
            and a.business_date in (select business_date from changed)
        union all by name
        select
            agent_id,
            contact_on as business_date,
            interaction_id,
            (final is not null)::integer as adherence_n,
            (final is null)::integer as adherence_unscored_n,
            final::decimal(18, 3) as adherence_total,
            policy_id || ' v' || policy_version as policy,
            transcript_version,
            run_seq as score_run_seq
        from qa.score
        where contact_on in (select business_date from changed)
    ),
    chosen as (select * from event semi join changed using (agent_id, business_date)),
    -- The record that told of the contact last: its own, or that of a leg.
    record as (
        select
            interaction_id,
            max(run_seq) as record_run_seq,
            first(source order by run_seq desc, leg_no) as source,
            first(file_id order by run_seq desc, leg_no) as file_id,
            first(record_no order by run_seq desc, leg_no) as record_no
        from
            (
                select interaction_id, run_seq, source, file_id, record_no, 0 as leg_no
                from core.interaction
                semi join chosen using (interaction_id)
                union all
                select interaction_id, run_seq, source, file_id, record_no, leg_no
                from core.leg
                semi join chosen using (interaction_id)
            )
        group by interaction_id
    )
select
    c.agent_id,
    c.business_date,
    c.interaction_id,
    coalesce(sum(legs), 0)::bigint as legs,
    coalesce(sum(missed), 0)::bigint as missed,
    coalesce(sum(handle_n), 0)::bigint as handle_n,
    sum(handle_total_s)::decimal(12, 3) as handle_total_s,
    coalesce(sum(talk_n), 0)::bigint as talk_n,
    sum(talk_total_s)::decimal(12, 3) as talk_total_s,
    coalesce(sum(resolution_n), 0)::bigint as resolution_n,
    coalesce(sum(resolved_n), 0)::bigint as resolved_n,
    coalesce(sum(resolution_unknown_n), 0)::bigint as resolution_unknown_n,
    coalesce(sum(first_response_n), 0)::bigint as first_response_n,
    sum(first_response_total_s)::decimal(12, 3) as first_response_total_s,
    coalesce(sum(adherence_n), 0)::bigint as adherence_n,
    coalesce(sum(adherence_unscored_n), 0)::bigint as adherence_unscored_n,
    sum(adherence_total)::decimal(12, 3) as adherence_total,
    string_agg(distinct policy, ', ' order by policy) as policies,
    max(transcript_version) as transcript_version,
    any_value(r.record_run_seq) as record_run_seq,
    max(score_run_seq) as score_run_seq,
    any_value(r.source) as source,
    any_value(r.file_id) as file_id,
    any_value(r.record_no) as record_no
from chosen as c
left join record as r on r.interaction_id = c.interaction_id
group by c.agent_id, c.business_date, c.interaction_id
