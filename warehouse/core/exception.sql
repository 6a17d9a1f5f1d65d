-- One row per justified deviation in its current version: those entered, and those that follow from accepted disputes.
with
    accepted as (
        select d.*, 'dispute accepted: ' || d.decision_reason as why
        from history.dispute as d
        where d.superseded_seq is null and d.decision = 'accepted'
    ),
    -- Where the contact is not this agent's, no question of any policy is. Once the source names another agent for the
    -- leg, the score is put to that one, and this no longer holds.
    question as (
        select distinct policy_id, unnest(content ->> '$.sections[*].questions[*].id') as question_id from qa.policy
    )
select
    exception_id,
    leg_id,
    policy_id,
    question_id,
    reason,
    decided_by,
    decided_at,
    is_withdrawn,
    dispute_id,
    is_wrong_agent,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    run_seq
from history.exception
where superseded_seq is null
union all
select
    dispute_id,
    leg_id,
    policy_id,
    question_id,
    why,
    decided_by,
    decided_at,
    false,
    dispute_id,
    is_wrong_agent,
    source,
    file_id,
    record_no,
    byte_start,
    byte_end,
    updated_at,
    version,
    run_seq
from accepted
where not is_wrong_agent
union all
select
    a.dispute_id || '/' || q.policy_id || '/' || q.question_id,
    a.leg_id,
    q.policy_id,
    q.question_id,
    'not a contact of ' || a.agent_id || ', ' || a.why,
    a.decided_by,
    a.decided_at,
    false,
    a.dispute_id,
    a.is_wrong_agent,
    a.source,
    a.file_id,
    a.record_no,
    a.byte_start,
    a.byte_end,
    a.updated_at,
    a.version,
    a.run_seq
from accepted as a
join core.leg as l on l.leg_id = a.leg_id and l.agent_id = a.agent_id
cross join question as q
where a.is_wrong_agent
