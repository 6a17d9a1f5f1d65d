-- Whether a leg's customer was put on hold at all: 1 or 0.
select entity_id, (value > 0)::integer as value, state from metric.hold_s
