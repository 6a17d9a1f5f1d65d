-- One row per restated day and contact behind it: what it brought, what it brings since, and which record changed it.
select * from mart.restatement_contact
