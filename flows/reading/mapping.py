"""The mapping YAML: how the columns of a file become canonical fields. Checked once, before any byte is read.

Reference with examples: docs/reference/mapping.md.
"""

from __future__ import annotations

from codecs import lookup
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.errors import MappingError, Where, nearest
from schemas.tables import core_tables, table
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Dict

    from schemas.table import Column

Duration = Literal["seconds", "ms", "minutes", "clock", "clock_12h", "excel_fraction", "iso8601"]
DURATIONS: tuple[str, ...] = get_args(Duration)
_KEYWORDS = {"from": "source", "as": "unit", "true": "yes", "false": "no"}
# What people call things, and the canonical column it is.
FRIENDLY = {"id": "source_id", "agent": "agent_id", "customer": "customer_id", "parent": "parent_id"}
_MADE_HERE = {"interaction_id", "leg_id", "csat_min", "csat_max", "utc_offset_min", "time_flag", "extra", "message_id"}


@dataclass(frozen=True)
class Field:
    """Where one field comes from and how its text is read."""

    source: tuple[str, ...] = ()
    unit: str | None = None
    date: str | None = None
    time: str | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    value: str | None = None
    null_if: tuple[str, ...] = ()
    only_if: str | None = None
    scale: tuple[float, ...] = ()
    join: str = "/"
    take: Literal["first", "last"] | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class Turns:
    """A nested transcript: the list and, per turn, its fields. `keep` names the values of turns that are data."""

    source: str
    fields: dict[str, Field]
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """A checked mapping. `columns` is keyed by canonical column, or `answered`, a yes/no of record `call`."""

    record: str
    columns: dict[str, Field]
    ignore: tuple[str, ...] = ()
    turns: Turns | None = None
    extra: Literal["refuse", "keep"] = "refuse"
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    header: bool = True
    names: tuple[str, ...] = ()
    skip_lines: int = 0
    null_values: tuple[str, ...] = ()
    timezone: str | None = None
    date: str | None = None

    def used(self) -> set[str]:
        """Return the names of the file's columns that are mapped (of a nested path its first part)."""
        paths = {name for one in self.columns.values() for name in one.source}
        return (
            paths
            | {path.split(".")[0] for path in paths}
            | ({self.turns.source.split(".")[0]} if self.turns else set())
        )


def targets(record: str) -> dict[str, Column]:
    """Return the canonical columns a record kind can fill, by name. `call` is an interaction with one leg at most."""
    tables = [table("interaction"), table("leg")] if record == "call" else [table(record)]
    columns = {column.name: column for one in reversed(tables) for column in one.own}
    if record in ("leg", "utterance", "survey"):
        columns |= {"source_id": table("interaction").column("source_id")}
    if record == "call":
        columns.pop("outcome")
        columns |= {"outcome": table("interaction").column("outcome")}
    if "updated_at" not in columns:
        columns["updated_at"] = table("interaction").column("updated_at")
    return {name: column for name, column in columns.items() if name not in _MADE_HERE}


def read_mapping(raw: Dict[str, Any], where: Callable[[str], Where]) -> Mapping:
    """Check a mapping given as plain values; `where` tells the place of a dotted key. Raises MappingError."""
    plain = dict(raw)
    record = plain.setdefault("record", "call")
    kinds = ["call", *(name for name in core_tables() if name != "message")]
    if record not in kinds:
        raise MappingError("unknown record", where=where("record"), found=record, fix=nearest(str(record), kinds))
    for key in ("source", "format"):  # allowed for readers of the file; callqa.toml says which source and format it is
        plain.pop(key, None)
    known = targets(record)
    columns = _fields(plain.pop("columns", None), "columns", known, record, where)
    turns = _turns(plain.pop("turns"), where) if "turns" in plain else None
    plain |= {"columns": {}, "turns": None}
    made = build(Mapping, plain, where, error=MappingError)
    object.__setattr__(made, "columns", columns)
    object.__setattr__(made, "turns", turns)
    _check(made, where)
    return made


def _check(mapping: Mapping, where: Callable[[str], Where]) -> None:
    try:
        lookup(mapping.encoding)
    except LookupError:
        raise MappingError("unknown encoding", where=where("encoding"), found=mapping.encoding) from None
    if mapping.encoding.lower().replace("-", "").startswith(("utf16", "utf32")):
        raise MappingError("UTF-16 and UTF-32 cannot be read", where=where("encoding"), fix="Export the file as UTF-8.")
    for key in ("delimiter", "quote", "decimal"):
        if len(getattr(mapping, key).encode()) != 1:
            raise MappingError("must be one ASCII character", where=where(key), found=getattr(mapping, key))
    _check_zones(mapping, where)
    _check_record(mapping, where)


def _check_zones(mapping: Mapping, where: Callable[[str], Where]) -> None:
    zones = {"timezone": mapping.timezone} | {f"columns.{n}.timezone": f.timezone for n, f in mapping.columns.items()}
    for key, zone in zones.items():
        try:
            ZoneInfo(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            raise MappingError(
                "unknown time zone", where=where(key), found=zone, expected="such as Europe/Berlin"
            ) from None


def _check_record(mapping: Mapping, where: Callable[[str], Where]) -> None:
    named = mapping.record in ("call", "interaction", "leg", "utterance")
    if named and "source_id" not in mapping.columns:
        raise MappingError("no `id`", where=where("columns"), fix="Say which column holds the id of the interaction.")
    if mapping.turns and mapping.record not in ("call", "interaction", "utterance"):
        raise MappingError("`turns` belong to a call, interaction or utterance", where=where("turns"))
    for name, one in mapping.columns.items():
        if one.only_if and one.only_if not in mapping.columns:
            spot = where(f"columns.{name}.only_if")
            raise MappingError(
                "unknown field", where=spot, found=one.only_if, fix=nearest(one.only_if, mapping.columns)
            )


def _fields(
    raw: Any, path: str, known: Dict[str, Column], record: str, where: Callable[[str], Where]
) -> dict[str, Field]:
    if not isinstance(raw, dict) or not raw:
        raise MappingError("missing or not a table", where=where(path), expected="field: column of the file")
    names = set(known) | {friendly for friendly, real in FRIENDLY.items() if real in known}
    names |= {"answered"} if record == "call" else set()
    out = {}
    for name, value in raw.items():
        spot = f"{path}.{name}"
        if name not in names:
            raise MappingError(f"{record} has no field {name!r}", where=where(spot), fix=nearest(name, names))
        real = str(FRIENDLY.get(name, name))
        one = _field(value, spot, where)
        _check_field(real, one, known.get(real), where, spot)
        out[real] = one
    return out


def _field(raw: Any, path: str, where: Callable[[str], Where]) -> Field:
    if isinstance(raw, str):
        return Field(source=(raw,))
    if not isinstance(raw, dict):
        raise MappingError("must be a column name or a table", where=where(path), found=raw)
    given: dict[str, Any] = {str(_KEYWORDS.get(key, key)): value for key, value in raw.items()}
    for key in ("source", "yes", "no", "null_if"):
        if key in given:
            items = given[key] if isinstance(given[key], list) else [given[key]]
            given[key] = [_text(item) for item in items]
    if "values" in given and isinstance(given["values"], dict):
        given["values"] = {str(key): value for key, value in given["values"].items()}
    if "value" in given:
        given["value"] = _text(given["value"])
    back = {real: word for word, real in _KEYWORDS.items()}

    def place(key: str) -> Where:
        return where(".".join(back.get(part, part) for part in key.split(".")))

    return build(Field, given, place, error=MappingError, path=path)


def _text(value: Any) -> Any:
    """YAML types a bare 1 or true; in a mapping they are what stands in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _check_field(name: str, one: Field, column: Column | None, where: Callable[[str], Where], path: str) -> None:
    if not one.source and one.value is None:
        raise MappingError("neither `from` nor `value`", where=where(path))
    if one.unit and one.unit not in DURATIONS:
        raise MappingError("unknown unit", where=where(path), found=one.unit, fix=nearest(one.unit, DURATIONS))
    is_bool = column is None or column.type == "bool"
    if is_bool and one.value is None and bool(one.yes) != bool(one.no):
        raise MappingError("`true` and `false` go together", where=where(path), fix="List the values of both.")
    if column is not None and column.type in ("timestamp", "date") and len(one.source) > 2:
        raise MappingError("a time comes from at most two columns", where=where(path), found=", ".join(one.source))
    allowed = column.allowed if column is not None else ()
    for key, value in one.values.items():
        if allowed and value not in allowed:
            spot = where(f"{path}.values.{key}")
            raise MappingError("unknown value", where=spot, found=value, fix=nearest(str(value), allowed))
    if one.value is not None and allowed and one.value not in allowed:
        raise MappingError("unknown value", where=where(path), found=one.value, fix=nearest(one.value, allowed))
    if one.scale and len(one.scale) != 2:
        raise MappingError("a scale has a lowest and a highest value", where=where(path), found=one.scale)
    if name != "csat" and one.scale:
        raise MappingError("only csat has a scale", where=where(path))


def _turns(raw: Any, where: Callable[[str], Where]) -> Turns:
    if not isinstance(raw, dict) or "from" not in raw:
        raise MappingError("must be a table with `from`", where=where("turns"))
    known = {name: column for name, column in targets("utterance").items() if name not in ("source_id", "updated_at")}
    keep = {
        str(key): tuple(_text(item) for item in (value if isinstance(value, list) else [value]))
        for key, value in (raw.get("keep") or {}).items()
    }
    fields = {key: value for key, value in raw.items() if key not in ("from", "keep")}
    checked = _fields(fields, "turns", known, "utterance", where)
    for needed in ("speaker", "text"):
        if needed not in checked:
            raise MappingError(f"turns need `{needed}`", where=where("turns"))
    return Turns(str(raw["from"]), checked, keep)
