"""Points in time, as files write them, to UTC: exact, and never guessed where a clock was changed.

A local time that does not exist (clocks went forward) is refused; one that happened twice (clocks went back) is taken
as the first of the two and flagged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.convert import Array, as_text, numbers
from schemas.errors import MappingError

UTC_US = pa.timestamp("us", tz="UTC")
_DIRECTIVES = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "d": r"(?P<d>[0-9]{1,2})",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "f": r"(?P<f>[0-9]{1,6})",
    "p": r"(?P<p>[AaPp])[Mm]",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
_ISO = (
    r"^(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})"
    r"(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,6})[0-9]{0,3})?)?)? ?(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_EPOCH_US = {"epoch_s": 1e6, "epoch_ms": 1e3, "epoch_us": 1.0}
_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_DAY_US = 86_400_000_000
_EXCEL_EPOCH_DAYS = -25569  # 1899-12-30


@dataclass
class Stamps:
    """UTC microseconds; `bad` could not be read; `gap` is a local time that does not exist; `overlap` happened twice."""

    values: Array
    bad: Array
    gap: Array
    overlap: Array
    offset_min: Array


@cache
def pattern(spelling: str) -> str:
    """Return the regular expression of a strptime spelling. Raises MappingError for a directive we do not read."""
    if spelling == "iso":
        return _ISO
    out, rest = "^", spelling
    while rest:
        if rest[0] != "%":
            out, rest = out + re.escape(rest[0]), rest[1:]
            continue
        name = rest[1:2]
        if name not in _DIRECTIVES or (name != "%" and f"(?P<{name}>" in out):
            known = ", ".join(f"%{one}" for one in _DIRECTIVES)
            raise MappingError(f"cannot read {spelling!r}", found=f"%{name}", expected=f"each once, of {known}")
        out, rest = out + _DIRECTIVES[name], rest[2:]
    return out + "$"


def stamps(columns: list[Array], date: str | None, time: str | None, constant: str | None, zone: str) -> Stamps:
    """Convert one or two columns (date and time, or both in one) to UTC; `constant` is the date of times alone."""
    first = columns[0]
    if len(columns) == 1 and pa.types.is_timestamp(first.type) and first.type.tz:
        return _absolute(pc.cast(first, UTC_US), _false(len(first)))
    if len(columns) == 1 and date in _EPOCH_US:
        values, bad = numbers(first)
        us = np.rint(pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False) * _EPOCH_US[date])
        return _from_epoch(us, values, bad)
    if len(columns) == 1 and (pa.types.is_timestamp(first.type) or pa.types.is_date(first.type)):
        local = first.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False)
        return _local(np.nan_to_num(local).astype("i8"), pc.is_valid(first), _false(len(first)), None, zone)
    parts = [_clock_part(columns, date, time, constant)] if len(columns) == 1 else _two(columns, date, time)
    local = sum(part.us for part in parts)
    valid, bad, offset = parts[0].valid, parts[0].bad, parts[0].offset
    for part in parts[1:]:
        bad = pc.or_(pc.or_(bad, part.bad), pc.xor(valid, part.valid))  # half a time is no time
        valid = pc.and_(valid, part.valid)
        offset = offset if part.offset is None else part.offset
    return _local(local, pc.and_(valid, pc.invert(bad)), bad, offset, zone)


def dates(column: Array, spelling: str | None) -> tuple[Array, Array]:
    """Convert a column to dates."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return column.cast(pa.date32()), _false(len(column))
    part = _parse(as_text(column), spelling or "iso")
    good = pc.and_(part.valid, pc.invert(part.bad))
    days = pa.array((part.us // _DAY_US).astype("i4"), pa.int32()).cast(pa.date32())
    return pc.if_else(good, days, pa.scalar(None, pa.date32())), part.bad


@dataclass
class _Part:
    us: Any
    valid: Array
    bad: Array
    offset: Array | None = None


def _two(columns: list[Array], date: str | None, time: str | None) -> list[_Part]:
    day = _excel(columns[0]) if date == "excel" else _parse(as_text(columns[0]), date or "iso")
    if time == "excel_fraction":
        return [day, _excel(columns[1], days=False)]
    return [day, _parse(as_text(columns[1]), time or "%H:%M:%S", needs_date=False)]


def _clock_part(columns: list[Array], date: str | None, time: str | None, constant: str | None) -> _Part:
    if date == "excel":
        return _excel(columns[0])
    if time and not date:
        base = _parse(pa.array([constant], pa.string()), "iso").us[0]
        part = (
            _excel(columns[0], False)
            if time == "excel_fraction"
            else _parse(as_text(columns[0]), time, needs_date=False)
        )
        return _Part(part.us + base, part.valid, part.bad)
    return _parse(as_text(columns[0]), date or "iso")


def _excel(column: Array, days: bool = True) -> _Part:
    """Excel counts days since 1899-12-30 and writes times as fractions of a day; seconds are what it can mean."""
    values, bad = numbers(column)
    fraction = pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False)
    if not days:
        outside = pa.array((fraction < 0) | (fraction >= 1))
        bad = pc.or_(bad, pc.and_(pc.is_valid(values), outside))
    seconds = np.rint((fraction + (_EXCEL_EPOCH_DAYS if days else 0)) * 86400)
    return _Part((seconds * 1e6).astype("i8"), pc.is_valid(values), bad)


def _parse(text: Array, spelling: str, needs_date: bool = True) -> _Part:
    parts = pc.extract_regex(text, pattern(spelling))
    names = {one.name for one in parts.type}
    n = {name: _digits(parts, name) for name in names - {"p", "z", "f"}}
    zero = np.zeros(len(text), dtype="i8")
    year = n["Y"] if "Y" in n else n["y"] + np.where(n["y"] < 69, 2000, 1900) if "y" in n else zero + 1970
    month, day = n.get("m", zero + 1), n.get("d", zero + 1)
    hour = n.get("H", n.get("I", zero))
    fits = (month >= 1) & (month <= 12) & (day >= 1) & (day <= _month_days(year, month))
    fits &= (n.get("M", zero) < 60) & (n.get("S", zero) < 60) & (hour < 24)
    if "I" in n:
        half = pc.fill_null(pc.struct_field(parts, "p"), "").to_numpy(zero_copy_only=False)
        fits &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + 12 * np.isin(half, ["P", "p"])
    us = ((hour * 60 + n.get("M", zero)) * 60 + n.get("S", zero)) * 1_000_000 + _micros(parts, names)
    us = us + _civil_days(year, month, day) * _DAY_US if needs_date else us
    good = pc.and_(pc.fill_null(pc.is_valid(parts), False), pa.array(fits))
    bad = pc.and_(pc.is_valid(text), pc.invert(good))
    return _Part(us, pc.is_valid(text), bad, _offset(parts) if "z" in names else None)


def _digits(parts: Array, name: str) -> Any:
    digits = pc.fill_null(pc.struct_field(parts, name), "")
    return pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64()).to_numpy(zero_copy_only=False)


def _micros(parts: Array, names: set[str]) -> Any:
    if "f" not in names:
        return 0
    padded = pc.utf8_rpad(pc.fill_null(pc.struct_field(parts, "f"), ""), 6, "0")
    return padded.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _offset(parts: Array) -> Array:
    """Return the written offset in minutes; NULL where none is written."""
    text = pc.fill_null(pc.struct_field(parts, "z"), "")
    split = pc.extract_regex(text, r"^(?P<sign>[+-])(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})$")
    minutes = _digits(split, "h") * 60 + _digits(split, "m")
    sign = pc.fill_null(pc.struct_field(split, "sign"), "+").to_numpy(zero_copy_only=False)
    values = pa.array(np.where(sign == "-", -minutes, minutes))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.int64()), values)


def _month_days(year: Any, month: Any) -> Any:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return _DAYS_IN_MONTH[np.clip(month, 0, 12)] + (leap & (month == 2))


def _civil_days(year: Any, month: Any, day: Any) -> Any:
    """Days since 1970-01-01 in the proleptic Gregorian calendar: years counted from March, eras of 400 years."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _local(local: Any, valid: Array, bad: Array, offset: Array | None, zone: str) -> Stamps:
    """Turn local microseconds into UTC with the written offset, else with the rules of the zone."""
    naive = pa.array(np.asarray(local, dtype="i8")).cast(pa.timestamp("us"))
    naive = pc.if_else(valid, naive, pa.scalar(None, pa.timestamp("us")))
    first = pc.assume_timezone(naive, zone, ambiguous="earliest", nonexistent="earliest")
    last = pc.assume_timezone(naive, zone, ambiguous="latest", nonexistent="earliest")
    gap = pc.fill_null(pc.not_equal(pc.local_timestamp(first), naive), False)
    overlap = pc.fill_null(pc.not_equal(first, last), False)
    instant = first.cast(UTC_US)
    by_zone = pc.divide(pc.subtract(naive.cast(pa.int64()), instant.cast(pa.int64())), 60_000_000)
    if offset is not None:
        written = pc.is_valid(offset)
        shifted = pc.subtract(naive.cast(pa.int64()), pc.multiply(pc.fill_null(offset, 0), 60_000_000))
        instant = pc.if_else(written, shifted.cast(pa.timestamp("us")).cast(UTC_US), instant)
        gap, overlap = pc.and_(gap, pc.invert(written)), pc.and_(overlap, pc.invert(written))
        by_zone = pc.if_else(written, offset, by_zone)
    return Stamps(pc.if_else(gap, pa.scalar(None, UTC_US), instant), bad, gap, overlap, by_zone)


def _absolute(values: Array, bad: Array) -> Stamps:
    none = _false(len(values))
    return Stamps(values, bad, none, none, pa.nulls(len(values), pa.int64()))


def _from_epoch(us: Any, values: Array, bad: Array) -> Stamps:
    outside = pa.array(np.abs(us) > 9e15)
    bad = pc.or_(bad, pc.and_(pc.is_valid(values), outside))
    whole = pa.array(np.where(np.abs(us) > 9e15, 0, us).astype("i8")).cast(pa.timestamp("us")).cast(UTC_US)
    return _absolute(pc.if_else(pc.and_(pc.is_valid(values), pc.invert(bad)), whole, pa.scalar(None, UTC_US)), bad)


def _false(length: int) -> Array:
    return pa.array(np.zeros(length, dtype=bool))
