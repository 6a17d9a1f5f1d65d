-- An evaluation names the contact, the interaction, the leg or the agent it is about.
-- severity: warn
select file_id, record_no, evaluation_id as found
from stage.evaluation
where contact_id is null and interaction_id is null and leg_id is null and agent_id is null
