-- Seconds of hold in a leg whose customer was put on hold.
select
    entity_id, case when value > 0 then value end as value, case when value = 0 then 'excluded' else state end as state
from metric.hold_s
