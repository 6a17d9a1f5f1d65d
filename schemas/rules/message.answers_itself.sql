-- A message does not answer itself.
-- severity: warn
select file_id, record_no, in_reply_to as found from stage.message where message_id = in_reply_to
