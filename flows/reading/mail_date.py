"""When a message was sent, in UTC, and how sure that is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 200
_CLOCK = re.compile(r"\d{1,2}:\d{1,2}")
_FIRST_YEAR, _LAST_YEAR = 1971, 2099
# The sender's address, then the date, then sometimes `remote from …`.
_ENVELOPE_DATE = re.compile(r"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s.{0,80})")


def sent_at(
    date: str | None, received: Iterable[str], envelope: str | None, zone: ZoneInfo
) -> tuple[datetime | None, str | None]:
    """Return (time in UTC, flag).

    The Date header counts. Where it is missing or no date, the topmost usable Received header does, then the mbox's
    `From ` line (flag from_received). A time without a zone (or `-0000`) is read in `zone`: flag no_zone, or
    dst_overlap when the clock showed it twice (the first is taken); one the clock never showed is no time at all.
    Without any date: (None, "no_date").
    """
    found = _moment(date, zone)
    if found:
        return found
    fallbacks = [value.rpartition(";")[2] for value in received]
    match = _ENVELOPE_DATE.search(envelope or "")
    fallbacks += [match.group(1)] if match else []
    for text in fallbacks:
        found = _moment(text, zone)
        if found:
            return found[0], "from_received"
    return None, "no_date"


def _moment(text: str | None, zone: ZoneInfo) -> tuple[datetime, str | None] | None:
    # A date without a clock would be read as midnight: a time nobody wrote.
    if not text or len(text) > _LONGEST or not _CLOCK.search(text):
        return None
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        return None
    if parsed.tzinfo is not None:
        return parsed.astimezone(UTC), None
    return _local(parsed, zone)


def _local(naive: datetime, zone: ZoneInfo) -> tuple[datetime, str | None] | None:
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    moment = first.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != naive:
        return None  # skipped when clocks went forward
    return moment, "dst_overlap" if first.utcoffset() != second.utcoffset() else "no_zone"
