-- The version of every policy that holds for the newest contacts, with what it scored lately.
select
    p.policy_id,
    p.policy_version,
    p.policy_hash,
    p.title,
    p.effective_from,
    p.effective_to,
    p.content ->> 'pass_mark' as pass_mark,
    count(s.leg_id) as legs,
    count(s.final) as scored,
    avg(s.final) as mean,
    avg(s.coverage) as coverage,
    count(*) filter (s.fatal) as fatal
from qa.policy as p
left join qa.score as s using (policy_id, policy_version)
where s.leg_id is null or s.contact_on between $recent and $until
group by all
order by p.policy_id, p.policy_version desc
