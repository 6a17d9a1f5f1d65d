-- One row per interaction as a vCon 0.4.0: its parties, what was said or written, its legs, and its policy scores.
with
    contact as (
        select i.*, r.started_at as made_at
        from core.interaction as i
        join core.interaction_context as c using (interaction_id)
        left join ops.run as r using (run_seq)
        where c.started_on between $since and $until
    ),
    handled as (
        select * from core.leg where outcome = 'handled' and interaction_id in (select interaction_id from contact)
    ),
    only_agent as (
        select interaction_id, any_value(agent_id) as agent_id
        from handled
        group by interaction_id
        having count(distinct agent_id) = 1
    ),
    said as (
        select
            u.interaction_id,
            u.seq,
            u.speaker,
            case when u.speaker = 'agent' then coalesce(u.agent_id, o.agent_id) end as agent_id,
            c.started_at + to_milliseconds(u.start_ms) as said_at,
            (u.end_ms - u.start_ms) / 1000 as duration_s,
            u.text,
            null::varchar as message_id
        from core.utterance as u
        join contact as c using (interaction_id)
        left join only_agent as o using (interaction_id)
        union all
        select
            t.thread_id,
            row_number() over (partition by t.thread_id order by m.sent_at nulls last, m.message_id),
            m.author,
            case when m.author = 'agent' then m.agent_id end,
            m.sent_at,
            null,
            m.body_new,
            m.message_id
        from core.message as m
        join core.thread_message as t using (message_id)
        join contact as c on c.interaction_id = t.thread_id
        where m.is_public and m.body_new is not null
    ),
    named as (
        select interaction_id, 'customer' as speaker, null::varchar as agent_id, 0 as place
        from contact
        union
        select interaction_id, 'agent', agent_id, 1
        from handled
        union
        select interaction_id, speaker, agent_id, case speaker when 'customer' then 0 when 'agent' then 1 else 2 end
        from said
    ),
    party as (
        select
            *,
            row_number() over (partition by interaction_id order by place, speaker, agent_id nulls last) - 1 as number
        from named
    ),
    parties as (
        select
            p.interaction_id,
            list(
                json_merge_patch(
                    '{}',
                    json_object(
                        'role',
                        p.speaker,
                        'name',
                        p.agent_id,
                        case when contains(c.customer_id, '@') then 'mailto' else 'tel' end,
                        case when p.speaker = 'customer' then c.customer_id end
                    )
                )
                order by p.number
            ) as parties
        from party as p
        join contact as c using (interaction_id)
        group by p.interaction_id
    ),
    dialogs as (
        select
            s.interaction_id,
            list(
                json_merge_patch(
                    '{}',
                    json_object(
                        'type',
                        'text',
                        'start',
                        strftime(s.said_at, '%Y-%m-%dT%H:%M:%S.%gZ'),
                        'duration',
                        s.duration_s::double,
                        'parties',
                        json_array(p.number),
                        'originator',
                        p.number,
                        'mediatype',
                        'text/plain',
                        'encoding',
                        'none',
                        'message_id',
                        s.message_id,
                        'body',
                        s.text
                    )
                )
                order by s.seq
            ) filter (where s.said_at is not null) as dialogs,
            -- Words without a time are no dialogs, which need one: they stand in a transcript, in their order.
            list(json_object('parties', p.number, 'text', s.text) order by s.seq) filter (
                where s.said_at is null
            ) as untimed
        from said as s
        join
            party as p
            on p.interaction_id = s.interaction_id
            and p.speaker = s.speaker
            and p.agent_id is not distinct from s.agent_id
        group by s.interaction_id
    ),
    answers as (
        select
            leg_id,
            policy_id,
            list(
                json_object(
                    'question',
                    question_id,
                    'section',
                    section_id,
                    'outcome',
                    outcome,
                    'weight',
                    weight,
                    'reason',
                    reason,
                    'evidence',
                    evidence
                )
                order by section_id, question_id
            ) as answers
        from qa.answer
        group by leg_id, policy_id
    ),
    scores as (
        select
            s.interaction_id,
            list(
                json_object(
                    'type',
                    'report',
                    'dialog',
                    generate_series(0, greatest(coalesce(len(d.dialogs), 0), 1) - 1),
                    'vendor',
                    'callqa',
                    'product',
                    'policy adherence ' || s.code_version,
                    'schema',
                    s.policy_id || '/' || s.policy_version,
                    'encoding',
                    'json',
                    'body',
                    json_object(
                        'leg_id',
                        s.leg_id,
                        'agent_id',
                        s.agent_id,
                        'policy_id',
                        s.policy_id,
                        'policy_version',
                        s.policy_version,
                        'policy_hash',
                        s.policy_hash,
                        'final',
                        s.final,
                        'raw',
                        s.raw,
                        'low',
                        s.low,
                        'high',
                        s.high,
                        'coverage',
                        s.coverage,
                        'fatal',
                        s.fatal,
                        'answers',
                        a.answers
                    )
                )
                order by s.leg_id, s.policy_id
            ) as reports
        from qa.score as s
        join contact as c using (interaction_id)
        left join dialogs as d using (interaction_id)
        left join answers as a using (leg_id, policy_id)
        group by s.interaction_id
    ),
    legs as (
        select
            h.interaction_id,
            list(
                json_object(
                    'purpose',
                    'callqa leg',
                    -- as it was called before 0.4.0
                    'type',
                    'callqa leg',
                    'party',
                    p.number,
                    'start',
                    strftime(coalesce(h.started_at, h.answered_at, c.started_at), '%Y-%m-%dT%H:%M:%S.%gZ'),
                    'encoding',
                    'json',
                    'body',
                    json_object(
                        'leg_id',
                        h.leg_id,
                        'agent_id',
                        h.agent_id,
                        'ring_s',
                        h.ring_s,
                        'talk_s',
                        h.talk_s,
                        'hold_s',
                        h.hold_s,
                        'wrap_s',
                        h.wrap_s,
                        'transfer',
                        h.transfer
                    )
                )
                order by h.leg_no
            ) as attachments
        from handled as h
        join contact as c using (interaction_id)
        join party as p on p.interaction_id = h.interaction_id and p.speaker = 'agent' and p.agent_id = h.agent_id
        group by h.interaction_id
    )
select
    c.interaction_id,
    json_merge_patch(
        '{}',
        json_object(
            'vcon',
            '0.4.0',
            'uuid',
            -- Version 8, made of the interaction's id: the same contact always has the same one.
            format(
                '{}-{}-8{}-a{}-{}',
                md5(c.interaction_id)[1:8],
                md5(c.interaction_id)[9:12],
                md5(c.interaction_id)[14:16],
                md5(c.interaction_id)[18:20],
                md5(c.interaction_id)[21:32]
            ),
            'created_at',
            strftime(coalesce(c.made_at, c.started_at), '%Y-%m-%dT%H:%M:%S.%gZ'),
            'subject',
            c.topic,
            'parties',
            p.parties,
            'dialog',
            -- A vCon without any words still says when the contact was, and who took part.
            coalesce(
                d.dialogs,
                [
                    json_object(
                        'type',
                        'text',
                        'start',
                        strftime(c.started_at, '%Y-%m-%dT%H:%M:%S.%gZ'),
                        'parties',
                        generate_series(0, len(p.parties) - 1),
                        'mediatype',
                        'text/plain'
                    )
                ]
            ),
            'analysis',
            list_concat(
                case
                    when d.untimed is not null
                    then
                        [
                            json_object(
                                'type',
                                'transcript',
                                'dialog',
                                0,
                                'vendor',
                                'callqa',
                                'encoding',
                                'json',
                                'body',
                                d.untimed
                            )
                        ]
                end,
                s.reports
            ),
            'attachments',
            coalesce(l.attachments, [])
        )
    ) as vcon
from contact as c
join parties as p using (interaction_id)
left join dialogs as d using (interaction_id)
left join scores as s using (interaction_id)
left join legs as l using (interaction_id)
order by c.interaction_id
