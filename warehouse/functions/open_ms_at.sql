-- Open time of a calendar up to `moment`, from the last row of ops.opening at or before it: ms. NULL where unknown.
CREATE OR REPLACE MACRO open_ms_at(moment, opens_at, closes_at, open_s_before) AS
    open_s_before * 1000 + least(epoch_ms(moment), epoch_ms(closes_at)) - epoch_ms(opens_at);
-- Tests
-- open_ms_at(to_timestamp(36000), to_timestamp(32400), to_timestamp(43200), 60) = 3660000
-- open_ms_at(to_timestamp(50400), to_timestamp(32400), to_timestamp(43200), 0) = 10800000
-- open_ms_at(to_timestamp(50400), to_timestamp(32400), to_timestamp(43200), NULL) IS NULL
