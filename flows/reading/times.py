"""Points in time to UTC: exact, and never guessed where a clock was changed.

A local time that does not exist (clocks went forward) is refused; one that happened twice (clocks went back) is taken
as the first of the two and flagged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.convert import Array, as_text, integers, numbers
from flows.reading.spellings import DAY_US, Clock, read_clock, read_date

UTC_US = pa.timestamp("us", tz="UTC")
EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1000, "epoch_us": 1}
_FIRST_US, _LAST_US = -62_167_219_200_000_000, 253_402_300_799_999_999  # the years 0 to 9999
_LAST_LOCAL_US = 2_145_916_800_000_000  # 2038: Arrow knows no daylight saving from here on
_MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Spelling:
    """How a time is written: `date` and `time` as in a mapping, `day` for times without a date, and the zone."""

    date: str | None
    time: str | None
    day: str | None
    zone: str
    decimal: str = "."


@dataclass
class Stamps:
    """UTC times. `bad` could not be read; `gap` is a local time that does not exist.

    `later` is the second moment of a local time that happened twice, NULL elsewhere; `values` has the first one.
    `offset_min` is the offset used or written, NULL for times that have none (epochs).
    """

    values: Array
    bad: Array
    gap: Array
    later: Array
    offset_min: Array


def stamps(columns: list[Array], how: Spelling) -> Stamps:
    """Convert one column, or a date and a time column, to UTC."""
    first = columns[0]
    if len(columns) == 1:
        if how.date in EPOCHS:
            return _from_epoch(first, EPOCHS[how.date], how.decimal)
        if pa.types.is_timestamp(first.type) or pa.types.is_date(first.type):
            return _typed(first, how.zone)
        quick = _all_utc(first) if how.date == "iso" and not how.time else None
        if quick is not None:
            return quick
        parts = [_one_column(first, how)]
    else:
        parts = [_day(first, how), read_clock(columns[1], how.time or "iso", how.decimal)]
    return _together(parts, how.zone)


def dates(column: Array, spelling: str) -> tuple[Array, Array]:
    """Convert a column to dates; returns (dates, bad). A time of day in it is left out."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return pc.cast(column, pa.date32(), safe=False), _false(len(column))
    found = read_date(column, spelling)
    good = pc.and_not(found.valid, found.bad)
    days = pa.array((found.us // DAY_US).astype("i4"), pa.int32()).cast(pa.date32())
    return pc.if_else(good, days, pa.scalar(None, pa.date32())), found.bad


def not_before(stamps: Array, later: Array, start: Array) -> Array:
    """Return times of which the later reading is taken where only that one is not before `start`.

    What begins at 02:30 and ends at 02:10 in the night the clocks go back can only have ended at the second 02:10.
    """
    wanted = pc.and_(pc.less(stamps, start), pc.greater_equal(later, start))
    return pc.if_else(pc.fill_null(wanted, False), later, stamps)


def _day(column: Array, how: Spelling) -> Clock:
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        us = pc.cast(pc.cast(column, pa.date32(), safe=False), pa.int32())
        days = pc.fill_null(us, 0).to_numpy(zero_copy_only=False).astype("i8")
        return Clock(days * DAY_US, pc.is_valid(column), _false(len(column)))
    return read_date(column, how.date or "iso", how.decimal)


def _one_column(column: Array, how: Spelling) -> Clock:
    if not how.time:
        return read_date(column, how.date or "iso", how.decimal)
    found = read_clock(column, how.time, how.decimal)
    midnight = read_date(pa.array([how.day], pa.string()), "iso").us[0]
    return Clock(found.us + midnight, found.valid, found.bad)


def _together(parts: list[Clock], zone: str) -> Stamps:
    local = sum(part.us for part in parts)
    valid, bad, offset = parts[0].valid, parts[0].bad, parts[0].offset_min
    for part in parts[1:]:
        # A day without a time of day is no time (it is the day of another one); a time without a day is a mistake.
        bad = pc.or_(pc.or_(bad, part.bad), pc.and_not(part.valid, valid))
        valid = pc.and_(valid, part.valid)
        offset = offset if part.offset_min is None else part.offset_min
    return _local(local, pc.and_not(valid, bad), bad, offset, zone)


def _all_utc(column: Array) -> Stamps | None:
    """Read a column that is all `2026-03-28T09:15:00Z` the quick way, Arrow's own; None when it is not."""
    text = as_text(column)
    lengths = pc.min_max(pc.utf8_length(text)).as_py()
    if lengths["min"] is None or lengths["min"] < 20 or not pc.all(pc.ends_with(text, "Z")).as_py():
        return None
    try:
        values = text.cast(UTC_US)
    except pa.ArrowInvalid:
        return None
    zero = pc.if_else(pc.is_valid(text), pa.scalar(0, pa.int64()), pa.scalar(None, pa.int64()))
    return Stamps(values, _false(len(text)), _false(len(text)), pa.nulls(len(text), UTC_US), zero)


def _typed(column: Array, zone: str) -> Stamps:
    """Typed times: with a zone they are exact, without one they are local."""
    length = len(column)
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s"))
    if column.type.tz:
        values = pc.cast(column, UTC_US, safe=False)
        return Stamps(values, _false(length), _false(length), pa.nulls(length, UTC_US), pa.nulls(length, pa.int64()))
    local = pc.cast(pc.cast(column, pa.timestamp("us"), safe=False), pa.int64())
    us = pc.fill_null(local, 0).to_numpy(zero_copy_only=False)
    return _local(us, pc.is_valid(column), _false(length), None, zone)


def _local(local: Any, valid: Array, bad: Array, offset: Array | None, zone: str) -> Stamps:
    """Turn local microseconds into UTC with the written offset, else with the rules of the zone."""
    outside = pa.array((local < _FIRST_US) | (local > _LAST_US))
    if zone != "UTC":
        no_rules = pa.array(local >= _LAST_LOCAL_US)
        outside = pc.or_(outside, no_rules if offset is None else pc.and_(no_rules, pc.is_null(offset)))
    bad, valid = pc.or_(bad, pc.and_(valid, outside)), pc.and_not(valid, outside)
    naive = pa.array(np.asarray(local, dtype="i8")).cast(pa.timestamp("us"))
    naive = pc.if_else(valid, naive, pa.scalar(None, pa.timestamp("us")))
    first = pc.assume_timezone(naive, zone, ambiguous="earliest", nonexistent="earliest")
    last = pc.assume_timezone(naive, zone, ambiguous="latest", nonexistent="earliest").cast(UTC_US)
    gap = pc.fill_null(pc.not_equal(pc.local_timestamp(first), naive), False)
    values = first.cast(UTC_US)
    used = pc.divide(pc.subtract(naive.cast(pa.int64()), values.cast(pa.int64())), _MINUTE_US)
    later = pc.if_else(pc.not_equal(values, last), last, pa.scalar(None, UTC_US))
    if offset is not None:
        written = pc.is_valid(offset)
        shifted = pc.subtract(naive.cast(pa.int64()), pc.multiply(offset, _MINUTE_US)).cast(UTC_US)
        values = pc.if_else(written, shifted, values)
        used = pc.if_else(written, offset, used)
        gap = pc.and_not(gap, written)
        later = pc.if_else(written, pa.scalar(None, UTC_US), later)
    none = pa.scalar(None, pa.int64())
    return Stamps(
        pc.if_else(gap, pa.scalar(None, UTC_US), values), bad, gap, later, pc.if_else(pc.is_valid(values), used, none)
    )


def _from_epoch(column: Array, unit_us: int, decimal: str) -> Stamps:
    values, bad = integers(column)
    if pc.any(bad).as_py():  # fractions of the unit
        values, bad = numbers(column, decimal)
    number = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
    outside = (number < _FIRST_US // unit_us) | (number > _LAST_US // unit_us)
    us = np.rint(np.where(outside, 0, number) * unit_us).astype("i8")
    good = pc.and_not(pc.is_valid(values), pa.array(outside))
    length = len(column)
    return Stamps(
        pc.if_else(good, pa.array(us).cast(UTC_US), pa.scalar(None, UTC_US)),
        pc.or_(bad, pc.and_(pc.is_valid(values), pa.array(outside))),
        _false(length),
        pa.nulls(length, UTC_US),
        pa.nulls(length, pa.int64()),
    )


def _false(length: int) -> Array:
    return pa.array(np.zeros(length, dtype=bool))
