-- An answer names the interaction or the customer it belongs to.
-- severity: warn
select file_id, record_no, survey_id as found from stage.survey where interaction_id is null and customer_id is null
