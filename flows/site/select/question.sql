-- Every question of every stored policy version, as its authors wrote it.
select * from mart.question order by policy_id, policy_version, section_place, place
