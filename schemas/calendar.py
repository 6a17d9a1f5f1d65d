"""Opening hours as written in calendars/<name>.yaml: versions that begin on a day, each with weekdays and exceptions.

versions:
  - valid_from: 2025-01-01
    timezone: Europe/Berlin
    holidays: DE-BE
    open: {mon: ["08:00-12:00", "13:00-17:30"], tue: ["08:00-17:30"]}
    closed: [2026-12-24]
    special: {2026-12-31: ["08:00-12:00"]}

A day in `special` has exactly those hours; one in `closed`, or a public holiday, has none; else its weekday decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.errors import CalendarError, nearest
from schemas.strict_yaml import Document, load
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
Minutes = tuple[int, int]
Hours = tuple[Minutes, ...]  # spans of a day in minutes since midnight, in order, apart from each other


@dataclass(frozen=True)
class _Written:
    valid_from: str
    timezone: str
    open: dict[str, tuple[str, ...]]
    holidays: str = ""
    closed: tuple[str, ...] = ()
    special: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _File:
    versions: tuple[_Written, ...]


@dataclass(frozen=True)
class Version:
    """Opening hours from a day on, until the next version's. `holidays` is a country or country-subdivision, or ""."""

    valid_from: date
    zone: ZoneInfo
    holidays: str
    weekdays: tuple[Hours, ...]
    days: dict[date, Hours]


@dataclass(frozen=True)
class Calendar:
    """One calendar: its name, = name of its file, and its versions in order."""

    name: str
    versions: tuple[Version, ...]


def load_calendar(
    folder: Path, name: str, check_holidays: Callable[[str, date], str | None] = lambda _code, _day: None
) -> Calendar:
    """Read `<folder>/<name>.yaml`. Raises CalendarError with file, line and column.

    `check_holidays` says what is wrong with the code of a version that begins on that day; None when nothing is.
    """
    path = folder / f"{name}.yaml"
    if not path.exists():
        there = sorted(one.stem for one in folder.glob("*.yaml"))
        hint = nearest(name, there) if there else "See docs/calendars.md."
        raise CalendarError(f"no calendar {name!r}: {path} does not exist", fix=hint)
    document = load(path, CalendarError)
    if not isinstance(document.value, dict):
        raise CalendarError("not a calendar", where=document.where(""), expected="a key `versions`")
    written = build(_File, document.value, document.where, error=CalendarError)
    if not written.versions:
        raise CalendarError("no version", where=document.where("versions"), fix="Write one with `valid_from`.")
    versions = [_version(one, document, f"versions.{number}") for number, one in enumerate(written.versions)]
    for number, version in enumerate(versions):
        place = f"versions.{number}"
        if number and version.valid_from <= versions[number - 1].valid_from:
            raise CalendarError(
                "versions are not in order",
                where=document.where(f"{place}.valid_from"),
                found=version.valid_from,
                expected=f"a day after {versions[number - 1].valid_from}",
            )
        wrong = check_holidays(version.holidays, version.valid_from) if version.holidays else None
        if wrong:
            raise CalendarError(wrong, where=document.where(f"{place}.holidays"), found=version.holidays)
    return Calendar(name, tuple(versions))


def _version(written: _Written, document: Document, place: str) -> Version:
    day = partial(_day, document)
    closed = [day(text, f"{place}.closed.{number}") for number, text in enumerate(written.closed)]
    days: dict[date, Hours] = dict.fromkeys(closed, ())
    for text, spans in written.special.items():
        special = day(text, f"{place}.special.{text}")
        if special in days:
            where = document.where(f"{place}.special.{text}")
            raise CalendarError("the day is closed, too", where=where, found=text, fix="Keep one of the two.")
        days[special] = _hours(document, spans, f"{place}.special.{text}")
    for name in written.open:
        if name not in WEEKDAYS:
            where = document.where(f"{place}.open.{name}")
            raise CalendarError("unknown weekday", where=where, found=name, fix=nearest(name, WEEKDAYS))
    week = tuple(_hours(document, written.open.get(name, ()), f"{place}.open.{name}") for name in WEEKDAYS)
    try:
        zone = ZoneInfo(written.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        where = document.where(f"{place}.timezone")
        raise CalendarError("unknown time zone", where=where, found=written.timezone) from None
    return Version(day(written.valid_from, f"{place}.valid_from"), zone, written.holidays, week, days)


def _day(document: Document, text: str, place: str) -> date:
    try:
        return date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "")
    except ValueError:
        expected = "a day such as 2026-12-24"
        raise CalendarError("not a day", where=document.where(place), found=text, expected=expected) from None


def _hours(document: Document, spans: tuple[str, ...], place: str) -> Hours:
    """Return spans such as 08:00-12:00 in minutes since midnight; they must stand in order and not overlap."""
    found: list[Minutes] = []
    for number, text in enumerate(spans):
        match = SPAN.fullmatch(text)
        begin, end = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
        where = document.where(f"{place}.{number}")
        if not begin < end <= 1440:
            fix = "Past midnight, write two: 22:00-24:00 and, on the next day, 00:00-06:00."
            raise CalendarError("no span of hours", where=where, found=text, expected="such as 08:00-17:30", fix=fix)
        if found and begin < found[-1][1]:
            raise CalendarError("begins before the one before it ends", where=where, found=text)
        found.append((begin, end))
    return tuple(found)
