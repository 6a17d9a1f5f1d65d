"""When the night was last due: the five fields of a cron expression, read backwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.errors import ConfigError, Where

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# name, lowest, highest value, names of the values from the lowest on
FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("day of week", 0, 7, DAYS),
)


def last_due(cron: str, timezone: str, now: datetime, file: Path | None = None) -> datetime | None:
    """Return the newest time not after `now` at which `cron` fires in `timezone`, in UTC; None within a year.

    A time the clocks skip in spring counts at the same distance from midnight. Raises ConfigError for an expression
    that is no five-field cron.
    """
    minutes, hours, in_month, in_year, in_week = parse(cron, file)
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone).date()
    starts = [time(hour, minute) for hour in sorted(hours, reverse=True) for minute in sorted(minutes, reverse=True)]
    # Cron's own rule: where both kinds of day are limited, either is enough.
    either = len(in_month) < 31 and len(in_week) < 7
    for back in range(367):
        day = local - timedelta(days=back)
        if day.month not in in_year or not _on(day, in_month, in_week, either):
            continue
        for start in starts:
            moment = datetime.combine(day, start, zone).astimezone(UTC)
            if moment <= now:
                return moment
    return None


@cache
def parse(cron: str, file: Path | None = None) -> tuple[frozenset[int], ...]:
    """Return the values of the five fields; Sunday is 0. Raises ConfigError naming the field."""
    parts = cron.split()
    if len(parts) != len(FIELDS):
        raise _wrong(cron, "five fields: minute hour day month weekday", file)
    out: list[frozenset[int]] = []
    for part, (name, low, high, names) in zip(parts, FIELDS, strict=True):
        try:
            found = {value for piece in part.lower().split(",") for value in _range(piece, low, high, names)}
        except ValueError:
            raise _wrong(part, f"a {name}: *, numbers, ranges and steps from {low} to {high}", file) from None
        out.append(frozenset(value % 7 if names is DAYS else value for value in found))
    return tuple(out)


def _range(piece: str, low: int, high: int, names: tuple[str, ...]) -> set[int]:
    span, slash, step_text = piece.partition("/")
    step = int(step_text) if slash else 1
    first, dash, last = span.partition("-")
    if span == "*":
        start, end = low, high
    else:
        start = _value(first, low, names)
        end = _value(last, low, names) if dash else (high if slash else start)
    if step < 1 or not low <= start <= end <= high:
        raise ValueError(piece)
    return set(range(start, end + 1, step))


def _value(text: str, low: int, names: tuple[str, ...]) -> int:
    return names.index(text) + low if text in names else int(text)


def _on(day: date, in_month: frozenset[int], in_week: frozenset[int], either: bool) -> bool:
    month_day, week_day = day.day in in_month, (day.weekday() + 1) % 7 in in_week
    return (month_day or week_day) if either else (month_day and week_day)


def _wrong(found: str, expected: str, file: Path | None) -> ConfigError:
    return ConfigError("not a cron expression", where=Where(file, field="nightly.cron"), found=found, expected=expected)
