"""What people enter, as small files in `inbox/entries`: the next night reads them like any other file.

The warehouse has one writer, the night. So an entry is a file of JSON lines, named by its content, complete or not
there at all, readable by its owner only. Entries that no night has taken yet can be listed: `waiting`.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import orjson

from flows import landing
from flows.files import replacing
from schemas.errors import CallqaError, Where
from schemas.tables import table

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.config import Config
    from schemas.table import Column

Row = dict[str, Any]


def write(config: Config, name: str, rows: list[Row], now: datetime) -> Path:
    """Write rows of one table as one file, stamped `now`; returns it. The same rows and time give the same file.

    Raises CallqaError when the folder cannot be written.
    """
    stamp = now.astimezone(UTC)
    lines = [orjson.dumps({"table": name} | _filled(row) | {"updated_at": stamp}, default=str) for row in rows]
    content = b"\n".join(lines) + b"\n"
    try:
        config.inbox.mkdir(parents=True, exist_ok=True)
        landing.private(config.entries)
    except OSError as problem:
        raise CallqaError(f"cannot make the folder: {problem.strerror}", where=Where(config.entries)) from None
    path = config.entries / f"{name}-{hashlib.sha256(content).hexdigest()[:24]}.jsonl"
    with replacing(path) as file:
        file.write(content)
    landing.sync(config.entries)
    return path


def waiting(config: Config, name: str) -> list[Row]:
    """Return the rows of a table that no night has taken yet, oldest first, times and days as such.

    A line that is none of ours, or broken, is left to the night: it will be set aside with its reason.
    """
    found: list[Row] = []
    for path in sorted(config.entries.glob("*.jsonl")):
        try:
            lines = path.read_bytes().splitlines()
        except OSError:  # taken by a night that runs just now
            continue
        found += [row for line in lines if (row := _typed(name, line)) is not None]
    return sorted(found, key=lambda row: row["updated_at"])


def together(config: Config, name: str, published: list[Row]) -> dict[str, Row]:
    """Return what is known of every id, entries that wait included: `is_waiting` tells them from what is published."""
    key = table(name).key[0]
    latest: dict[str, Row] = {row[key]: row | {"is_waiting": False} for row in published}
    for row in waiting(config, name):
        known = latest.get(row[key])
        if known is None or known["updated_at"] is None or row["updated_at"] > known["updated_at"]:
            latest[row[key]] = row | {"is_waiting": True}
    return latest


def new_id(letter: str, *parts: object) -> str:
    """Return a short id made from what it stands for, such as `d-3f6c1a90b2`."""
    text = "\n".join(str(part) for part in parts)
    return f"{letter}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _filled(row: Row) -> Row:
    """Leave out what is not known: absent and NULL are the same."""
    return {name: value for name, value in row.items() if value is not None}


def _typed(name: str, line: bytes) -> Row | None:
    """Return a line as a row of the table, None when it is none."""
    declared = table(name)
    try:
        raw = orjson.loads(line)
        if raw["table"] != name or not raw[declared.key[0]]:
            return None
        row: Row = {column.name: _value(raw.get(column.name), column) for column in declared.own}
        row["updated_at"] = datetime.fromisoformat(raw["updated_at"])
        return row if row["updated_at"].tzinfo else None
    except (ValueError, TypeError, KeyError):
        return None


def _value(value: Any, column: Column) -> Any:
    if value is not None and column.type == "timestamp":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value is not None and column.type == "date" else value
