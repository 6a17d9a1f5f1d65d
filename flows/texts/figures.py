"""Numbers, shares, durations and days as a language writes them; what is not known is a dash."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = "–"
DAYS = {"en": "yyyy-MM-dd", "de": "dd.MM.yyyy"}
MOMENTS = {"en": "yyyy-MM-dd HH:mm", "de": "dd.MM.yyyy HH:mm"}


def written(language: str) -> dict[str, Callable[..., str]]:
    """Return the filters that write figures as a language does; what is not known is written as a dash."""

    def number(value: float | None, digits: int = 0) -> str:
        return UNKNOWN if value is None else format_decimal(value, "#,##0." + "0" * digits, locale=language)

    def percent(value: float | None, digits: int = 1) -> str:
        return UNKNOWN if value is None else f"{number(value, digits)}\u00a0%"

    def share(value: float | None, digits: int = 1) -> str:
        return percent(None if value is None else 100 * value, digits)

    def day(value: date | datetime | None) -> str:
        if isinstance(value, datetime):
            return format_datetime(value, MOMENTS[language], locale=language)
        return UNKNOWN if value is None else format_date(value, DAYS[language], locale=language)

    return {"number": number, "percent": percent, "share": share, "day": day, "time": time}


def time(seconds: float | None) -> str:
    """Return seconds as minutes and seconds, from an hour on with hours."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    minutes = f"{whole // 3600}:{whole // 60 % 60:02d}" if whole >= 3600 else f"{whole // 60}"
    return f"{minutes}:{whole % 60:02d}"
