"""Calendars as stretches of real time: opening hours by the clock on the wall, put on the line of time.

A place is open whenever the clock on its wall shows a time within its hours: in the night the clocks go back, hours
between 2 and 3 happen twice and count twice; in the night they go forward they do not happen.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from schemas.calendar import Calendar, Hours, Version


class Opening(NamedTuple):
    """A row of ops.opening: begin, end, and the open seconds before it (None after the end of what is known)."""

    opens_at: datetime
    closes_at: datetime
    open_s_before: int | None


def expand(calendar: Calendar, last_year: int) -> list[Opening]:
    """Return the calendar from its first version's begin to the end of `last_year`, in order.

    The first row is its begin and the last its end, both of no length.
    """
    stretches: list[tuple[datetime, datetime]] = []
    starts = [_instant(version.valid_from, version.zone) for version in calendar.versions]
    end = _instant(date(last_year + 1, 1, 1), calendar.versions[-1].zone)
    for version, start, until in zip(calendar.versions, starts, [*starts[1:], end], strict=True):
        for opens_at, closes_at in _stretches(version, start, min(until, end)):
            if stretches and stretches[-1][1] == opens_at:  # open through midnight is one stretch
                opens_at = stretches.pop()[0]
            stretches.append((opens_at, closes_at))
    rows = [Opening(starts[0], starts[0], 0)]
    total = 0
    for opens_at, closes_at in stretches:
        if opens_at == starts[0]:
            rows.clear()
        rows.append(Opening(opens_at, closes_at, total))
        total += int((closes_at - opens_at).total_seconds())
    return [*rows, Opening(end, end, None)] if end > starts[0] else []


def holiday_problem(code: str, begins: date) -> str | None:
    """Return what is wrong with a holiday code such as DE-BE; None when its holidays are known from that day on."""
    import holidays

    country, _, subdivision = code.partition("-")
    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as problem:
        return f"holidays are not known: {problem}"
    if begins.year < known.start_year:
        return f"holidays are known from {known.start_year} on only"
    return None


def _stretches(version: Version, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the open stretches between two instants, in order."""
    free = _holidays(version.holidays, start.year - 1, end.year + 1)
    for begin, until, offset in _offsets(version.zone, start, end):
        day = (begin + offset).date()
        while day <= (until + offset).date():
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - offset
            for first, last in _hours(version, day, free):
                opens_at = max(midnight + timedelta(minutes=first), begin)
                closes_at = min(midnight + timedelta(minutes=last), until)
                if opens_at < closes_at:
                    yield opens_at, closes_at
            day += timedelta(days=1)


def _hours(version: Version, day: date, free: frozenset[date]) -> Hours:
    if day in version.days:
        return version.days[day]
    return () if day in free else version.weekdays[day.weekday()]


def _holidays(code: str, first: int, last: int) -> frozenset[date]:
    if not code:
        return frozenset()
    import holidays

    country, _, subdivision = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=range(first, last + 1)))


def _offsets(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Yield the stretches between two instants in which the zone keeps one offset from UTC."""
    begin = start
    while begin < end:
        offset, same, probe = _offset(zone, begin), begin, begin
        while probe < end and _offset(zone, probe) == offset:
            same, probe = probe, min(probe + timedelta(hours=12), end)
        if _offset(zone, probe) != offset:
            probe = _change(zone, same, probe, offset)
        yield begin, probe, offset
        begin = probe


def _change(zone: ZoneInfo, before: datetime, after: datetime, offset: timedelta) -> datetime:
    """Return the first second after `before` with another offset."""
    seconds = range(int((after - before).total_seconds()) + 1)
    at = bisect_right(seconds, False, key=lambda second: _offset(zone, before + timedelta(seconds=second)) != offset)
    return before + timedelta(seconds=at)


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _instant(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
