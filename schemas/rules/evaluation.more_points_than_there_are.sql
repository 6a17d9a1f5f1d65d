-- No answer earns more points than there are.
-- severity: quarantine
select file_id, record_no, points::varchar as found from stage.evaluation where points > max_points
