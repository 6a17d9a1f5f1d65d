"""What people enter with `callqa coaching`, `dispute` and `review`, as JSON lines. See docs/sources/entry.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flows.reading.contract import About
from flows.reading.documents import chunks
from flows.reading.json_pick import Misfit, moment, pick
from schemas.errors import ConfigError
from schemas.table import Column
from schemas.tables import table
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

# Facts about contacts come from the systems that know them; here is what only people know.
TABLES = ("coaching", "dispute", "evaluation", "exception", "review_draw")
STAMP = "updated_at"
# What the warehouse adds by itself: an entry is about a leg, not about a contact of another system.
_DERIVED = {"evaluation": ("contact_id",), "exception": ("dispute_id", "is_wrong_agent")}


def _columns(name: str) -> tuple[Column, ...]:
    return tuple(one for one in table(name).own if one.name not in _DERIVED.get(name, ()))


ABOUT = About(
    "What people enter",
    read={name: " ".join(one.name for one in _columns(name)) for name in TABLES},
    derived={"exception": "dispute_id is_wrong_agent"},
)
_KINDS: dict[str, type] = {"text": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the entries of a file, one row each."""
    yield from chunks(file, _rows)


def _rows(entry: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the row of one entry. Raises Misfit for a table nobody enters, a key it does not have, a wrong type."""
    name = pick(entry, "table", str)
    if name not in TABLES:
        raise Misfit("unknown_table", name, ", ".join(TABLES), "table")
    known = {one.name: one for one in _columns(name)}
    odd = sorted(set(entry) - set(known) - {"table", STAMP})
    if odd:
        raise Misfit("unknown_field", odd[0][:200], "a column of the table", odd[0][:200])
    row = {key: _value(entry, column) for key, column in known.items()}
    return {name: [row | {STAMP: moment(entry, STAMP)}]}


def _value(entry: dict[str, Any], column: Column) -> Any:
    if column.type == "timestamp":
        return moment(entry, column.name)
    if column.type == "date":
        return _day(pick(entry, column.name, str), column.name)
    if column.type == "texts":
        return _texts(pick(entry, column.name, list), column.name)
    return pick(entry, column.name, _KINDS[column.type])


def _day(text: str | None, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Misfit("bad_date", str(text)[:200], "a date as 2026-03-02", name) from None


def _texts(found: list[Any] | None, name: str) -> list[str] | None:
    if any(not isinstance(one, str) for one in found or ()):
        raise Misfit("wrong_shape", "a list", "a list of texts", name)
    return found
