-- One row per restated day and contact behind it: what it brought when published, what since, and why.
with
    day as (
        select 'agent' as scope, agent_id, null::varchar as queue, null::varchar as channel, business_date as on_date
        from history.agent_figure
        where superseded_seq is not null
        union
        select 'queue', null, queue, channel, on_date
        from history.queue_figure
        where superseded_seq is not null
    ),
    -- A day that first had figures when it had been published without any was restated, too.
    run as (
        select
            run_seq,
            max(business_date) over (
                order by run_seq rows between unbounded preceding and 1 preceding
            ) as published_until
        from ops.run
    ),
    late as (
        select 'agent' as scope, agent_id, null::varchar as queue, null::varchar as channel, business_date as on_date
        from history.agent_figure
        join run using (run_seq)
        where version = 1 and business_date <= published_until
        union
        select 'queue', null, queue, channel, on_date
        from history.queue_figure
        join run using (run_seq)
        where version = 1 and on_date <= published_until
    ),
    restated as (
        from day
        union
        from late
    ),
    part as (
        select
            'agent' as scope,
            p.agent_id,
            null::varchar as queue,
            null::varchar as channel,
            p.business_date as on_date,
            p.interaction_id,
            concat_ws(
                ', ',
                case when p.legs > 0 then p.legs || ' handled' end,
                case when p.missed > 0 then p.missed || ' missed' end,
                'handle time ' || p.handle_total_s || ' s',
                'talk ' || p.talk_total_s || ' s',
                case when p.resolution_n > 0 then if(p.resolved_n > 0, 'resolved', 'unresolved') end,
                case when p.resolution_unknown_n > 0 then 'outcome unknown' end,
                'first response after ' || p.first_response_total_s || ' s',
                case when p.adherence_n > 0 then 'adherence ' || p.adherence_total || ' %' end,
                case when p.adherence_unscored_n > 0 then 'not scored' end
            ) as told,
            p.policies,
            p.transcript_version,
            p.score_run_seq,
            p.record_run_seq,
            p.source,
            p.file_id,
            p.record_no,
            p.run_seq,
            p.superseded_seq
        from history.agent_part as p
        semi join restated as r on r.agent_id = p.agent_id and r.on_date = p.business_date
        union all by name
        select
            'queue' as scope,
            p.queue,
            p.channel,
            p.on_date,
            p.interaction_id,
            concat_ws(
                ', ',
                p.outcomes,
                'waited ' || p.wait_s || ' s',
                case when p.ring_no_answer > 0 then 'rang ' || p.ring_no_answer || ' times unanswered' end
            ) as told,
            p.record_run_seq,
            p.source,
            p.file_id,
            p.record_no,
            p.run_seq,
            p.superseded_seq
        from history.queue_part as p
        semi join
            restated as r on r.queue = p.queue and r.on_date = p.on_date and r.channel is not distinct from p.channel
    ),
    -- The first publication of a day restates nothing.
    since as (
        select
            'agent' as scope,
            agent_id,
            null::varchar as queue,
            null::varchar as channel,
            business_date as on_date,
            run_seq as first_run_seq
        from history.agent_figure
        left join run using (run_seq)
        where version = 1 and not coalesce(business_date <= published_until, false)
        union all
        select 'queue', null, queue, channel, on_date, run_seq
        from history.queue_figure
        left join run using (run_seq)
        where version = 1 and not coalesce(on_date <= published_until, false)
    ),
    pair as (
        select
            coalesce(n.scope, o.scope) as scope,
            coalesce(n.agent_id, o.agent_id) as agent_id,
            coalesce(n.queue, o.queue) as queue,
            coalesce(n.channel, o.channel) as channel,
            coalesce(n.on_date, o.on_date) as on_date,
            coalesce(n.interaction_id, o.interaction_id) as interaction_id,
            coalesce(n.run_seq, o.superseded_seq) as run_seq,
            o.told as published,
            n.told as known,
            o.interaction_id is not null as was_there,
            n.interaction_id is not null as is_there,
            n.record_run_seq = n.run_seq as is_new_record,
            n.score_run_seq = n.run_seq as is_new_score,
            n.transcript_version is distinct from o.transcript_version as is_other_text,
            n.policies is distinct from o.policies as is_other_policy,
            n.source,
            n.file_id,
            n.record_no
        from part as n
        full join
            (select * from part where superseded_seq is not null) as o
            on o.scope = n.scope
            and o.agent_id is not distinct from n.agent_id
            and o.queue is not distinct from n.queue
            and o.channel is not distinct from n.channel
            and o.on_date = n.on_date
            and o.interaction_id = n.interaction_id
            and o.superseded_seq = n.run_seq
    ),
    -- Gone here and come there in one run: the contact moved, and the record that moved it is the one that came.
    moved as (
        select
            scope,
            interaction_id,
            run_seq,
            bool_or(not is_there) and bool_or(not was_there) as is_moved,
            first(source order by record_no) filter (is_there and is_new_record) as source,
            first(file_id order by record_no) filter (is_there and is_new_record) as file_id,
            first(record_no order by record_no) filter (is_there and is_new_record) as record_no
        from pair
        group by scope, interaction_id, run_seq
    ),
    named as (
        select
            p.*,
            case
                when not p.was_there and m.is_moved
                then 'moved here'
                when not p.was_there
                then 'new record'
                when not p.is_there and m.is_moved
                then 'moved away'
                when not p.is_there
                then 'record gone'
                when p.is_new_record
                then 'changed record'
                when p.is_new_score and p.is_other_text
                then 'new transcript'
                when p.is_new_score and p.is_other_policy
                then 'new policy version'
                else 'computed anew'
            end as cause,
            m.source as moved_source,
            m.file_id as moved_file_id,
            m.record_no as moved_record_no
        from pair as p
        join moved as m using (scope, interaction_id, run_seq)
    ),
    file as (select file_id, min(file_name) as file_name from ops.file_ledger group by file_id)
select
    n.scope,
    n.agent_id,
    n.queue,
    n.channel,
    n.on_date,
    n.run_seq,
    n.interaction_id,
    n.cause,
    n.published,
    n.known,
    case when n.is_new_record then n.source when not n.is_there then n.moved_source end as source,
    f.file_name,
    case when n.is_new_record then n.record_no when not n.is_there then n.moved_record_no end as record_no
from named as n
left join
    since as s
    on s.scope = n.scope
    and s.agent_id is not distinct from n.agent_id
    and s.queue is not distinct from n.queue
    and s.channel is not distinct from n.channel
    and s.on_date = n.on_date
left join file as f on f.file_id = case when n.is_new_record then n.file_id when not n.is_there then n.moved_file_id end
where s.first_run_seq is null or n.run_seq > s.first_run_seq
