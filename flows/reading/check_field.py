"""One field of a mapping: read from YAML, and checked against the canonical column it fills.

A key that would have no effect on its column is an error: somebody expected something of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flows.reading.mapping import DURATIONS, Field
from flows.reading.spellings import check_spelling
from flows.reading.times import EPOCHS
from schemas.errors import MappingError, nearest
from schemas.typed import build

if TYPE_CHECKING:
    from schemas.errors import Where
    from schemas.table import Column, Type

    Locate = Callable[[str], Where]

_KEYWORDS = {"from": "source", "as": "unit", "true": "yes", "false": "no"}
YAML_WORDS = {real: word for word, real in _KEYWORDS.items()}
# Which types of column a key means something for. Keys not listed mean something for all.
_APPLIES: dict[str, tuple[Type, ...]] = {
    "unit": ("seconds",),
    "date": ("timestamp", "date"),
    "time": ("timestamp",),
    "timezone": ("timestamp",),
    "yes": ("bool",),
    "no": ("bool",),
    "split": ("texts",),
}
_SCALED = ("csat", "value")


def read_field(raw: Any, path: str, where: Locate) -> Field:
    """Return a field from YAML: a column name, or a table of keys."""
    if isinstance(raw, str):
        return Field(source=(raw,))
    if not isinstance(raw, dict):
        raise MappingError("must be a column name or a table", where=where(path), found=raw)
    known = [YAML_WORDS.get(own.name, own.name) for own in dataclasses.fields(Field)]
    for key in raw:
        if key not in known:
            raise MappingError("unknown key", where=where(f"{path}.{key}"), fix=nearest(key, known))
    given = {str(_KEYWORDS.get(key, key)): _READ.get(key, _as_it_is)(value) for key, value in raw.items()}

    def place(key: str) -> Where:
        return where(".".join(YAML_WORDS.get(part, part) for part in key.split(".")))

    return build(Field, given, place, error=MappingError, path=path)


def text_of(value: Any) -> Any:
    """Return what stands in the file: YAML types a bare 1 or true, files have texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def texts_of(value: Any) -> Any:
    """Return a list of texts from a list or a single value."""
    return [text_of(item) for item in (value if isinstance(value, list) else [value])]


def _as_it_is(value: Any) -> Any:
    return value


def _table_of(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {key: read(item) for key, item in value.items()} if isinstance(value, dict) else value


# How the values of a key are read from YAML, by its name there.
_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("from", "true", "false", "null_if"), texts_of),
    "value": text_of,
    "values": _table_of(text_of),
    "keep": _table_of(texts_of),
}


def check_field(one: Field, column: Column, path: str, where: Locate, *, day: str | None, in_turns: bool) -> None:
    """Raise MappingError unless the field makes sense for its column. `day` is the mapping's constant date."""
    if bool(one.source) == (one.value is not None):
        raise MappingError("needs either `from` or `value`", where=where(path))
    offset = column.name in ("start_ms", "end_ms")  # a duration in ms; in turns also a time, counted from the start
    for key, types in _APPLIES.items():
        allowed = column.type in types or (offset and (key == "unit" or (in_turns and key in ("date", "time"))))
        if getattr(one, key) != getattr(Field(), key) and not allowed:
            word = YAML_WORDS.get(key, key)
            raise MappingError(f"`{word}` means nothing for {column.name}", where=where(f"{path}.{word}"))
    if one.unit is not None and one.unit not in DURATIONS:
        fix = nearest(one.unit, DURATIONS)
        raise MappingError("unknown unit", where=where(f"{path}.as"), found=one.unit, fix=fix)
    if column.type == "bool" and bool(one.yes) != bool(one.no):
        raise MappingError("`true` and `false` go together", where=where(path), fix="List the values of both.")
    if set(one.yes) & set(one.no):
        raise MappingError("true and false at once", where=where(path), found=min(set(one.yes) & set(one.no)))
    _check_scale(one, column, path, where)
    _check_values(one, column, path, where)
    _check_spellings(one, column, path, where, day)


def _check_scale(one: Field, column: Column, path: str, where: Locate) -> None:
    if one.scale and column.name not in _SCALED:
        raise MappingError(f"`scale` means nothing for {column.name}", where=where(f"{path}.scale"))
    if one.scale and (len(one.scale) != 2 or one.scale[0] >= one.scale[1]):
        raise MappingError(
            "a scale has a lowest and a highest value", where=where(f"{path}.scale"), found=list(one.scale)
        )


def _check_values(one: Field, column: Column, path: str, where: Locate) -> None:
    """Refuse canonical values that the table would refuse, for every row of every night."""
    spots = {f"{path}.values.{key}": value for key, value in one.values.items()}
    if one.value is not None:
        spots[f"{path}.value"] = one.value
    for spot, value in spots.items():
        if column.allowed and value not in column.allowed:
            raise MappingError("unknown value", where=where(spot), found=value, fix=nearest(value, column.allowed))


def _check_spellings(one: Field, column: Column, path: str, where: Locate, day: str | None) -> None:
    if column.type == "date" or not (one.date or one.time or column.type == "timestamp") or one.value is not None:
        if column.type == "date" and (one.date or "iso") != "excel":
            _spelled(one.date or "iso", path, "date", where, has_date=True, has_time=None)
        return
    if len(one.source) > 2:
        raise MappingError("a time comes from at most two columns", where=where(path), found=one.label)
    if one.date and one.date not in (*EPOCHS, "excel"):
        own_clock = False if len(one.source) == 2 else None
        _spelled(one.date, path, "date", where, has_date=True, has_time=own_clock)
    if len(one.source) == 2 and one.date in EPOCHS:
        raise MappingError("is date and time in one column", where=where(f"{path}.date"), found=one.date)
    if one.time and one.time not in ("excel_fraction", "iso"):
        _spelled(one.time, path, "time", where, has_date=False, has_time=True)
    if one.time and len(one.source) == 1:
        if one.date:
            raise MappingError(
                "`time` is for a column of its own", where=where(f"{path}.time"), fix="Put it in `date`."
            )
        if not day:
            fix = "Add `date: YYYY-MM-DD` to the mapping."
            raise MappingError("a time of day needs a date", where=where(f"{path}.time"), fix=fix)


def _spelled(spelling: str, path: str, key: str, where: Locate, *, has_date: bool, has_time: bool | None) -> None:
    try:
        check_spelling(spelling, has_date=has_date, has_time=has_time)
    except ValueError as problem:
        raise MappingError(str(problem), where=where(f"{path}.{key}"), found=spelling) from None
