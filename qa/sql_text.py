"""Values as SQL text. The only place that quotes; identifiers come from names of files and declared columns."""

from __future__ import annotations

import re

from schemas.errors import UsageError

_NAME = re.compile(r"^[a-z_][a-z0-9_]{0,62}$")


def quoted(value: str | float | bool | None) -> str:
    """Return a value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + value.replace("'", "''") + "'"


def among(column: str, values: tuple[str, ...]) -> str:
    """Return `column IN (...)`."""
    return f"{column} IN ({', '.join(quoted(value) for value in values)})"


def between(value: str, low: float | None, high: float | None) -> str:
    """Return the condition that a value lies between limits, both included; at least one is given."""
    limits = [
        f"{value} >= {quoted(low)}" if low is not None else "",
        f"{value} <= {quoted(high)}" if high is not None else "",
    ]
    return " AND ".join(limit for limit in limits if limit)


def identifier(name: str) -> str:
    """Return a name that can stand in SQL as it is. Raises UsageError for any other."""
    if not _NAME.match(name):
        raise UsageError("not a name", found=name, expected="small letters, digits and _, starting with a letter")
    return name
