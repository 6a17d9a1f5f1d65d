"""Local times of telephone exchanges, decided by a clock that stands beside them where they happened twice.

Asterisk writes local times without a zone, but the id of a channel begins with the second since 1970 in which it was
made. A record begins in that second or later, never before: that tells which of two readings of a local time is the
right one, and whether the time zone in the settings is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import times
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from flows.reading.contract import SourceFile

Array = Any
_US = 1_000_000
_EARLY_S = 60  # a record may begin this much before its channel's id by a clock that was set
_AT_ONCE_S = 2
_LONGEST_S = 7 * 86400
_ENOUGH = 20  # records that must agree before the zone of a whole file is called wrong
_QUARTER_S = 900
_MOST = 0.9  # of the records: single ones may begin long after their channel
_EPOCH = r"^(?:.*-)?(?P<epoch>[0-9]{9,10})\.[0-9]+$"


@dataclass
class Start:
    """When records begin: `values` in UTC, the second reading `later` where undecided, problems by record."""

    values: Array
    later: Array
    offset_min: Array
    bad: Array
    gap: Array
    mismatch: Array


def begin(column: Array, unique: Array, zone: str, file: SourceFile, spelling: str = "iso") -> Start:
    """Return when records begin, by their local times and ids. Raises InputRefused for a zone that cannot be right."""
    if column.null_count == len(column):
        return _none(len(column))
    made = times.stamps([column], times.Spelling(spelling, None, None, zone))
    epoch = _epoch(unique)
    first, later = _seconds(made.values), _seconds(made.later)
    known = ~np.isnan(epoch) & ~np.isnan(first)
    twice = ~np.isnan(later) & known
    second = twice & (first < epoch - _AT_ONCE_S)
    decided = second | (twice & (first <= epoch + _AT_ONCE_S))
    values = pc.if_else(pa.array(second), made.later, made.values)
    offset = pc.if_else(pa.array(second), pc.add(made.offset_min, _shift_min(made)), made.offset_min)
    _refuse_other_zone(_seconds(values) - epoch, known, zone, file)
    lag = _seconds(values) - epoch
    with np.errstate(invalid="ignore"):
        mismatch = known & ((lag < -_EARLY_S) | (lag > _LONGEST_S))
    nothing = pa.scalar(None, times.UTC_US)
    still = pc.if_else(pa.array(decided), nothing, made.later)
    return Start(values, still, offset, made.bad, made.gap, pa.array(mismatch))


def _none(length: int) -> Start:
    stamps, no = pa.nulls(length, times.UTC_US), pa.repeat(pa.scalar(False), length)
    return Start(stamps, stamps, pa.nulls(length, pa.int64()), no, no, no)


def after(column: Array, start: Start, zone: str) -> tuple[Array, Array]:
    """Return (UTC times, bad) of local times that are not before the start; one in a gap is bad."""
    if column.null_count == len(column):
        return pa.nulls(len(column), times.UTC_US), pa.repeat(pa.scalar(False), len(column))
    made = times.stamps([column], times.Spelling("iso", None, None, zone))
    return times.not_before(made.values, made.later, start.values), pc.or_(made.bad, made.gap)


def _refuse_other_zone(lag: Any, known: Any, zone: str, file: SourceFile) -> None:
    """Refuse a file most of whose records begin a whole number of quarter hours away from their channels."""
    some = lag[known]
    if len(some) < _ENOUGH:
        return
    quarters = np.rint(some / _QUARTER_S)
    away = (np.abs(some - quarters * _QUARTER_S) <= _AT_ONCE_S) & (quarters != 0)
    if away.mean() < _MOST:
        return
    usual = int(np.median(quarters[away])) * 15
    raise InputRefused(
        "the times do not fit the time zone",
        where=Where(file.name),
        found=f"records begin {usual:+d} minutes from the time in their uniqueid",
        expected=f"about the same time in {zone}",
        fix="Set `timezone` to the zone the exchange writes in; UTC when usegmtime is on.",
    )


def _epoch(unique: Array) -> Any:
    parts = pc.extract_regex(unique, _EPOCH)
    return pc.struct_field(parts, "epoch").cast(pa.float64()).to_numpy(zero_copy_only=False)


def _seconds(stamps: Array) -> Any:
    return stamps.cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False) / _US


def _shift_min(made: times.Stamps) -> Array:
    """Return what the offset becomes at the second reading: less by what the clock went back."""
    moved = pc.subtract(made.values.cast(pa.int64()), made.later.cast(pa.int64()))
    return pc.divide(moved, 60 * _US)
