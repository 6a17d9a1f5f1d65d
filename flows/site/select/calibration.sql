-- How far people agree with each other: the calibration sessions, newest first.
select session_id, form, question, evaluators_n, legs_n, agreement, agreement_low, agreement_high, alpha_nominal, reason
from qa.calibration
order by session_id desc, form, question_id
