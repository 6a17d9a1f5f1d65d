-- One row per run and file: what became of its records.
select * from mart.data_quality
