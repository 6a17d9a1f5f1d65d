-- Every question of every stored policy version, as its authors wrote it.
select
    p.policy_id,
    p.policy_version,
    p.title as policy,
    s.section ->> 'title' as section,
    q.question ->> 'id' as question_id,
    q.question ->> 'text' as text,
    q.question ->> 'coaching' as coaching,
    q.question ->> 'critical' as critical,
    q.question ->> 'fatal' as fatal,
    (q.question ->> 'weight')::double as weight,
    (s.section ->> 'weight')::double as section_weight,
    json_keys(q.question -> 'check')[1] as check_kind,
    s.place as section_place,
    q.place as place
from qa.policy as p
cross join unnest(from_json(p.content -> 'sections', '["JSON"]'))
with ordinality as s(section, place)
cross join unnest(from_json(s.section -> 'questions', '["JSON"]'))
with ordinality as q(question, place)
