-- One row per published figure that changed: what was published, by which run, what is known since, and why.
with
    run as (
        select
            run_seq,
            code_version,
            config_hash,
            max(business_date) over (
                order by run_seq rows between unbounded preceding and 1 preceding
            ) as published_until
        from ops.run
    ),
    agent_pair as (
        select
            coalesce(n.agent_id, o.agent_id) as agent_id,
            coalesce(n.business_date, o.business_date) as on_date,
            coalesce(n.run_seq, o.superseded_seq) as run_seq,
            o,
            n
        from history.agent_figure as n
        full join
            (select * from history.agent_figure where superseded_seq is not null) as o
            on o.agent_id = n.agent_id
            and o.business_date = n.business_date
            and o.superseded_seq = n.run_seq
    ),
    queue_pair as (
        select
            coalesce(n.queue, o.queue) as queue,
            coalesce(n.channel, o.channel) as channel,
            coalesce(n.on_date, o.on_date) as on_date,
            coalesce(n.run_seq, o.superseded_seq) as run_seq,
            o,
            n
        from history.queue_figure as n
        full join
            (select * from history.queue_figure where superseded_seq is not null) as o
            on o.queue = n.queue
            and o.channel is not distinct from n.channel
            and o.on_date = n.on_date
            and o.superseded_seq = n.run_seq
    ),
    figure as (
        select
            'agent' as scope,
            agent_id,
            on_date,
            run_seq,
            o.run_seq as published_run,
            unnest(
                [
                    'legs',
                    'missed',
                    'handle_n',
                    'handle_total_s',
                    'handle_mean_s',
                    'handle_median_s',
                    'handle_p90_s',
                    'talk_n',
                    'talk_mean_s',
                    'resolution_n',
                    'resolved_n',
                    'resolution_unknown_n',
                    'resolution_rate',
                    'first_response_n',
                    'first_response_median_s',
                    'adherence_n',
                    'adherence_unscored_n',
                    'adherence_mean'
                ]
            ) as figure,
            unnest(
                [
                    o.legs::double,
                    o.missed,
                    o.handle_n,
                    o.handle_total_s,
                    o.handle_mean_s,
                    o.handle_median_s,
                    o.handle_p90_s,
                    o.talk_n,
                    o.talk_mean_s,
                    o.resolution_n,
                    o.resolved_n,
                    o.resolution_unknown_n,
                    o.resolution_rate,
                    o.first_response_n,
                    o.first_response_median_s,
                    o.adherence_n,
                    o.adherence_unscored_n,
                    o.adherence_mean
                ]
            ) as published_value,
            unnest(
                [
                    n.legs::double,
                    n.missed,
                    n.handle_n,
                    n.handle_total_s,
                    n.handle_mean_s,
                    n.handle_median_s,
                    n.handle_p90_s,
                    n.talk_n,
                    n.talk_mean_s,
                    n.resolution_n,
                    n.resolved_n,
                    n.resolution_unknown_n,
                    n.resolution_rate,
                    n.first_response_n,
                    n.first_response_median_s,
                    n.adherence_n,
                    n.adherence_unscored_n,
                    n.adherence_mean
                ]
            ) as value
        from agent_pair
        join run using (run_seq)
        where o.run_seq is not null or on_date <= published_until
        union all by name
        select
            'queue' as scope,
            queue,
            channel,
            on_date,
            run_seq,
            o.run_seq as published_run,
            unnest(
                [
                    'received',
                    'offered',
                    'answered',
                    'abandoned',
                    'overflow',
                    'open',
                    'missed',
                    'ring_no_answer',
                    'wait_n',
                    'wait_mean_s',
                    'answer_within_s',
                    'answered_within',
                    'abandoned_within',
                    'sl_f4',
                    'abandon_rate'
                ]
            ) as figure,
            unnest(
                [
                    o.received::double,
                    o.offered,
                    o.answered,
                    o.abandoned,
                    o.overflow,
                    o.open,
                    o.missed,
                    o.ring_no_answer,
                    o.wait_n,
                    o.wait_mean_s,
                    o.answer_within_s,
                    o.answered_within,
                    o.abandoned_within,
                    o.sl_f4,
                    o.abandon_rate
                ]
            ) as published_value,
            unnest(
                [
                    n.received::double,
                    n.offered,
                    n.answered,
                    n.abandoned,
                    n.overflow,
                    n.open,
                    n.missed,
                    n.ring_no_answer,
                    n.wait_n,
                    n.wait_mean_s,
                    n.answer_within_s,
                    n.answered_within,
                    n.abandoned_within,
                    n.sl_f4,
                    n.abandon_rate
                ]
            ) as value
        from queue_pair
        join run using (run_seq)
        where o.run_seq is not null or on_date <= published_until
    ),
    counted as (
        select scope, agent_id, queue, channel, on_date, run_seq, cause, count(*) as contacts
        from mart.restatement_contact
        group by all
    ),
    told as (
        select
            scope,
            agent_id,
            queue,
            channel,
            on_date,
            run_seq,
            sum(contacts)::bigint as contacts,
            string_agg(cause || ' (' || contacts || ')', ', ' order by contacts desc, cause) as cause
        from counted
        group by all
    ),
    score as (
        select
            'score' as scope,
            o.agent_id,
            o.leg_id,
            o.contact_on as on_date,
            o.superseded_seq as run_seq,
            o.run_seq as published_run,
            o.policy_id as figure,
            o.final as published_value,
            n.final as value,
            1 as contacts,
            case
                when n.leg_id is null
                then 'no longer scored'
                when
                    n.leg_version is distinct from o.leg_version
                    or n.interaction_version is distinct from o.interaction_version
                then 'changed record'
                when n.transcript_version is distinct from o.transcript_version
                then 'new transcript'
                when n.policy_version <> o.policy_version
                then 'new policy version'
                else 'computed anew'
            end as cause
        from history.score as o
        left join
            history.score as n on n.leg_id = o.leg_id and n.policy_id = o.policy_id and n.run_seq = o.superseded_seq
        where o.superseded_seq is not null and o.final is distinct from n.final
    ),
    known as (
        select f.*, null::varchar as leg_id, coalesce(t.contacts, 0) as contacts, t.cause
        from figure as f
        left join
            told as t
            on t.scope = f.scope
            and t.agent_id is not distinct from f.agent_id
            and t.queue is not distinct from f.queue
            and t.channel is not distinct from f.channel
            and t.on_date = f.on_date
            and t.run_seq = f.run_seq
        where f.published_value is distinct from f.value
        union all by name
        select *
        from score
    )
select
    k.scope,
    k.agent_id,
    k.queue,
    k.channel,
    k.leg_id,
    k.on_date,
    k.figure,
    k.published_run,
    k.published_value,
    k.run_seq,
    k.value,
    coalesce(
        k.cause,
        case
            when is_now.code_version <> was.code_version
            then 'another version of callqa'
            when is_now.config_hash <> was.config_hash
            then 'other settings in callqa.toml'
            else 'computed anew'
        end
    ) as cause,
    k.contacts
from known as k
left join run as was on was.run_seq = k.published_run
left join run as is_now on is_now.run_seq = k.run_seq
