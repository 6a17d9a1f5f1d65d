"""Dates and times of day as files write them, to microseconds of a local clock. Zones are the business of times.py.

A spelling is `iso`, a strptime text such as `%d.%m.%Y %H:%M`, or `excel`. What does not match it is bad.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.convert import Array, as_text, numbers, part_is, part_number, typed_us

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
    "z": r"(?P<z>Z|[+-][0-9]{2}(?::?[0-9]{2})?)",
    "%": "%",
}
_ISO_DATE = r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
_ISO_CLOCK = r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,6})[0-9]{0,3})?)?"
_ISO = rf"^{_ISO_DATE}(?:[T ]{_ISO_CLOCK})?(?: ?(?P<z>Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?))?$"
_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
DAY_US = 86_400_000_000
_EXCEL_EPOCH_DAYS = -25569  # 1899-12-30; right from 1900-03-01 on, serial 61
_EXCEL_DAYS = (61, 2_958_466)  # to the end of 9999
_MOST_OFFSET_MIN = 18 * 60


@dataclass
class Clock:
    """Local microseconds (numpy), since 1970 or since midnight; where there is a value, and where it is unusable.

    `offset_min` is the written offset from UTC, NULL where none is written; None when the spelling has no place for it.
    """

    us: Any
    valid: Array
    bad: Array
    offset_min: Array | None = None


@cache
def pattern(spelling: str) -> str:
    """Return the regular expression of a date spelling. Raises ValueError for what we do not read."""
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
            raise ValueError(f"cannot read %{name} there: each once, of {known}")
        out, rest = out + _DIRECTIVES[name], rest[2:]
    return out + "$"


def check_spelling(spelling: str, *, has_date: bool, has_time: bool | None) -> None:
    """Raise ValueError unless the spelling names a whole date and/or time of day. `has_time=None`: it may."""
    names = set(re.findall(r"\(\?P<(\w)>", clock_pattern(spelling) if not has_date else pattern(spelling)))
    year = names & {"Y", "y"}
    if has_date and not (len(year) == 1 and {"m", "d"} <= names):
        raise ValueError("a date needs %Y (or %y), %m and %d")
    if not has_date and names & {"Y", "y", "m", "d"}:
        raise ValueError("a time of day has no date in it")
    hour = names & {"H", "I"}
    if has_time and not hour:
        raise ValueError("a time of day needs %H, or %I with %p")
    if has_time is False and hour and spelling != "iso":
        raise ValueError("the time has a column of its own, so the date has none in it")
    if len(hour) > 1 or ("I" in names) != ("p" in names):
        raise ValueError("a time of day needs %H, or %I with %p")
    smaller = [bool(hour), *(name in names for name in ("M", "S", "f"))]
    if sorted(smaller, reverse=True) != smaller:
        raise ValueError("%M needs an hour, %S needs %M, %f needs %S")


def clock_pattern(spelling: str) -> str:
    """Return the regular expression of a time of day."""
    return f"^{_ISO_CLOCK}$" if spelling == "iso" else pattern(spelling)


def read_date(column: Array, spelling: str, decimal: str = ".") -> Clock:
    """Read dates, with the time of day where the spelling has one."""
    if spelling == "excel":
        return _excel(column, decimal, days=True)
    return _parse(as_text(column), pattern(spelling), with_date=True)


def read_clock(column: Array, spelling: str, decimal: str = ".") -> Clock:
    """Read times of day."""
    if pa.types.is_time(column.type):
        return Clock(typed_us(column), pc.is_valid(column), _false(len(column)))
    if spelling == "excel_fraction":
        return _excel(column, decimal, days=False)
    return _parse(as_text(column), clock_pattern(spelling), with_date=False)


def _excel(column: Array, decimal: str, days: bool) -> Clock:
    """Excel counts days since 1899-12-30, and writes times as fractions of a day. Read to the millisecond."""
    values, bad = numbers(column, decimal)
    low, high = _EXCEL_DAYS if days else (0, 1)
    number = pc.fill_null(values, float(low)).to_numpy(zero_copy_only=False)
    fits = (number >= low) & (number < high)
    number = np.where(fits, number, low)
    ms = np.rint((number + (_EXCEL_EPOCH_DAYS if days else 0)) * 86_400_000)
    fits &= days | (ms < 86_400_000)  # 0.9999999999 is no time of this day
    return Clock((ms * 1000).astype("i8"), pc.is_valid(column), pc.or_(bad, pa.array(~fits)))


def _parse(text: Array, expression: str, with_date: bool) -> Clock:
    parts = pc.extract_regex(text, expression)
    names = {one.name for one in parts.type}
    n = {name: part_number(parts, name) for name in ("m", "d", "H", "I", "M", "S")}
    fits = (n["H"] < 24) & (n["M"] < 60) & (n["S"] < 60)
    hour = n["H"]
    if "I" in names:
        fits &= (n["I"] >= 1) & (n["I"] <= 12)
        hour = n["I"] % 12 + 12 * part_is(parts, "p", "P", "p")
    us = ((hour * 60 + n["M"]) * 60 + n["S"]) * 1_000_000 + part_number(parts, "f", 6)
    if with_date:
        short = part_number(parts, "y")  # POSIX: 69 to 99 are the 1900s
        year = part_number(parts, "Y") if "Y" in names else short + np.where(short < 69, 2000, 1900)
        fits &= (n["m"] >= 1) & (n["m"] <= 12) & (n["d"] >= 1) & (n["d"] <= _month_days(year, n["m"]))
        us = us + _civil_days(year, n["m"], n["d"]) * DAY_US
    offset = _offset(parts) if "z" in names else None
    if offset is not None:
        fits &= pc.fill_null(pc.less_equal(pc.abs(offset), _MOST_OFFSET_MIN), True).to_numpy(zero_copy_only=False)
    good = pc.and_(pc.is_valid(parts), pa.array(fits))
    return Clock(us, pc.is_valid(text), pc.and_not(pc.is_valid(text), good), offset)


def _offset(parts: Array) -> Array:
    """Return the written offset in minutes; NULL where none is written."""
    text = pc.fill_null(pc.struct_field(parts, "z"), "")
    split = pc.extract_regex(text, r"^(?P<sign>[+-])(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})?$")
    minute = part_number(split, "m")
    minutes = part_number(split, "h") * 60 + np.where(minute < 60, minute, 10_000)  # too large: refused by the caller
    values = pa.array(np.where(part_is(split, "sign", "-"), -minutes, minutes))
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


def _false(length: int) -> Array:
    return pa.array(np.zeros(length, dtype=bool))
