-- One row per turn and leg: who said what in one agent's part of an interaction, with its place in that part.
with
    handled as (
        select
            leg_id,
            interaction_id,
            agent_id,
            row_number() over (partition by interaction_id order by leg_no, leg_id) as position,
            count(*) over (partition by interaction_id) as legs,
            count(*) over (partition by interaction_id, agent_id) as agent_legs,
            row_number() over (partition by interaction_id, agent_id order by leg_no, leg_id) as agent_leg_no
        from core.leg
        where outcome = 'handled'
    ),
    said as (
        select
            interaction_id,
            seq,
            speaker,
            agent_id,
            start_ms,
            end_ms,
            text,
            null as subject,
            language,
            confidence,
            false as is_mail
        from core.utterance
        union all
        select
            t.thread_id as interaction_id,
            row_number() over (partition by t.thread_id order by m.sent_at nulls last, m.message_id) as seq,
            m.author as speaker,
            m.agent_id,
            epoch_ms(m.sent_at) - min(epoch_ms(m.sent_at)) over (partition by t.thread_id) as start_ms,
            null as end_ms,
            m.body_new as text,
            m.subject,
            m.language,
            null as confidence,
            true as is_mail
        from core.message as m
        join core.thread_message as t using (message_id)
        where m.is_public
    ),
    -- A transcript that names another agent than the one leg we have is not all of that leg: the other may be in
    -- quarantine, or not delivered.
    strangers as (
        select distinct s.interaction_id
        from said as s
        join handled as h using (interaction_id)
        where h.legs = 1 and not s.is_mail and s.speaker = 'agent' and s.agent_id <> h.agent_id
    ),
    -- A mail from a shared mailbox names nobody: it is not put to the one agent the thread happens to have.
    alone as (
        select h.leg_id, s.*
        from said as s
        join handled as h using (interaction_id)
        anti join strangers using (interaction_id)
        where h.legs = 1 and (not s.is_mail or s.speaker <> 'agent' or s.agent_id = h.agent_id)
    ),
    shared as (select s.* from said as s where s.interaction_id in (select interaction_id from handled where legs > 1)),
    -- An agent who comes back after a transfer has two legs: the first run of turns is the first leg's.
    changes as (
        select
            *,
            case
                when agent_id is distinct from lag(agent_id) over (partition by interaction_id order by seq)
                then 1
                else 0
            end as is_change
        from shared
        where speaker = 'agent'
    ),
    runs as (select *, sum(is_change) over (partition by interaction_id order by seq) as run from changes),
    ranked as (select *, dense_rank() over (partition by interaction_id, agent_id order by run) as agent_run from runs),
    agent_turns as (
        select r.interaction_id, r.seq, h.leg_id
        from ranked as r
        left join
            handled as h
            on h.interaction_id = r.interaction_id
            and h.agent_id = r.agent_id
            and (h.agent_legs = 1 or h.agent_leg_no = r.agent_run)
    ),
    -- One agent turn that cannot be put to a leg makes the whole contact not separable: nobody is judged by guesswork.
    separable as (select interaction_id from agent_turns group by interaction_id having bool_and(leg_id is not null)),
    told_apart as (
        select
            coalesce(
                last_value(a.leg_id ignore nulls) over so_far, first_value(a.leg_id ignore nulls) over from_here
            ) as leg_id,
            s.*
        from shared as s
        join separable using (interaction_id)
        left join agent_turns as a on a.interaction_id = s.interaction_id and a.seq = s.seq
        window
            so_far as (partition by s.interaction_id order by s.seq),
            from_here as (partition by s.interaction_id order by s.seq rows between current row and unbounded following)
    ),
    parts as (
        select *
        from alone
        union all by name
        select *
        from told_apart
    )
select
    leg_id,
    interaction_id,
    seq,
    row_number() over (partition by leg_id order by seq) as turn_no,
    count(*) over part as turns,
    speaker,
    start_ms - min(start_ms) over part as start_ms,
    end_ms - min(start_ms) over part as end_ms,
    max(coalesce(end_ms, start_ms)) over part - min(start_ms) over part as part_ms,
    text,
    subject,
    language,
    confidence
from parts
window part as (partition by leg_id)
