-- One row per published figure that changed: what was published, what is known since, and why.
select * from mart.restatement
