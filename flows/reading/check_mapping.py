"""Checks a mapping YAML before any byte of a file is read. Every error says file, line and the nearest known name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.reading.check_field import check_field, read_field, texts_of
from flows.reading.encodings import check_encoding
from flows.reading.kinds import FRIENDLY, kind, kinds, turn_kind
from flows.reading.mapping import Mapping, Turns
from schemas.errors import MappingError, nearest
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Dict

    from flows.reading.kinds import Kind
    from flows.reading.mapping import Field
    from schemas.errors import Where

    Locate = Callable[[str], Where]

# Keys that only delimited text has.
CSV_KEYS = ("delimiter", "quote", "encoding", "header", "names", "skip_lines")


def read_mapping(raw: Dict[str, Any], where: Locate, *, delimited: bool = False) -> Mapping:
    """Check a mapping given as plain values; `where` tells the place of a dotted key. Raises MappingError.

    `delimited`: the format is CSV, so the keys about delimiters and headers mean something.
    """
    given = dict(raw)
    record = given.setdefault("record", "call")
    if record not in kinds():
        raise MappingError("unknown record", where=where("record"), found=record, fix=nearest(str(record), kinds()))
    for key in () if delimited else CSV_KEYS:
        if key in given:
            raise MappingError("means nothing in this format", where=where(key), fix=f"Remove {key}.")
    for key in ("names", "ignore", "null_values"):
        if key in given:
            given[key] = texts_of(given[key])
    columns = _fields(given.pop("columns", None), "columns", kind(record), given.get("date"), where)
    turns = _turns(given.pop("turns"), given.get("date"), where) if "turns" in given else None
    answers = _answers(given.pop("answers"), kind(record), where) if "answers" in given else {}
    made = build(Mapping, given | {"columns": {}}, where, error=MappingError)
    made = replace(made, columns=columns, turns=turns, answers=answers)
    _check_text(made, where)
    _check_zones(made, where)
    _check_record(made, where)
    if delimited:
        _check_flat(made, where)
    return made


def _fields(raw: Any, path: str, of: Kind, day: str | None, where: Locate) -> dict[str, Field]:
    if not isinstance(raw, dict) or not raw:
        raise MappingError("missing or not a table", where=where(path), expected="field: column of the file")
    out: dict[str, Field] = {}
    for name, value in raw.items():
        spot = f"{path}.{name}"
        if name not in of.names():
            raise MappingError(f"{of.name} has no field {name!r}", where=where(spot), fix=nearest(name, of.names()))
        real = FRIENDLY[name] if FRIENDLY.get(name) in of.columns else name
        if real in out:
            raise MappingError("field stands twice", where=where(spot), found=f"{name} is {real}")
        out[real] = read_field(value, spot, where)
        check_field(out[real], of.columns[real], spot, where, day=day, in_turns=path == "turns")
    for name, value in raw.items():
        wanted = value.get("only_if") if isinstance(value, dict) else None
        if wanted is not None and (wanted not in raw or wanted == name):
            spot = f"{path}.{name}.only_if"
            raise MappingError("unknown field", where=where(spot), found=wanted, fix=nearest(wanted, set(raw) - {name}))
    return {name: _resolved(one, of) for name, one in out.items()}


def _resolved(one: Field, of: Kind) -> Field:
    """Return the field with the canonical name of the field it depends on."""
    word = one.only_if
    return replace(one, only_if=FRIENDLY[word]) if word and FRIENDLY.get(word) in of.columns else one


def _turns(raw: Any, day: str | None, where: Locate) -> Turns:
    if not isinstance(raw, dict) or not isinstance(raw.get("from"), str):
        raise MappingError("must be a table with `from`, the list of turns", where=where("turns"))
    keep = raw.get("keep", {})
    if not isinstance(keep, dict):
        raise MappingError("must be a table", where=where("turns.keep"), expected="key of a turn: [values]")
    fields = {key: value for key, value in raw.items() if key not in ("from", "keep", "optional")}
    checked = _fields(fields, "turns", turn_kind(), day, where)
    for needed in turn_kind().required:
        if needed not in checked:
            raise MappingError(f"turns need `{needed}`", where=where("turns"), fix="Say where it comes from.")
    listed = {str(key): tuple(texts_of(value)) for key, value in keep.items()}
    return Turns(raw["from"], checked, listed, raw.get("optional") is True)


def _answers(raw: Any, of: Kind, where: Locate) -> dict[str, dict[str, Field]]:
    """Return the fields of every question of a record that has several answers."""
    if not isinstance(raw, dict) or not raw:
        raise MappingError("missing or not a table", where=where("answers"), expected="question: {value: column}")
    out = {}
    for question, fields in raw.items():
        spot = f"answers.{question}"
        out[str(question)] = _fields(fields, spot, of, None, where)
        other = sorted(set(out[str(question)]) - {"value", "comment"})
        if other:
            raise MappingError("an answer has `value` and `comment`", where=where(f"{spot}.{other[0]}"), found=other[0])
    return out


def _check_text(mapping: Mapping, where: Locate) -> None:
    check_encoding(mapping.encoding, where("encoding"))
    for key in ("delimiter", "quote", "decimal", "thousands"):
        value = getattr(mapping, key)
        if len(value.encode()) != 1 and not (value == "" and key in ("quote", "thousands")):
            raise MappingError("must be one ASCII character", where=where(key), found=value)
        if value in ("\n", "\r", "\0"):
            raise MappingError("cannot be a line end", where=where(key))
    for key, other in (("quote", "delimiter"), ("thousands", "decimal")):
        if getattr(mapping, key) == getattr(mapping, other):
            raise MappingError(f"must differ from {other}", where=where(key), found=getattr(mapping, key))
    if mapping.header == bool(mapping.names):
        text = "`names` are for files without a header" if mapping.header else "no header and no `names`"
        raise MappingError(text, where=where("names"), fix="Set `header: false` and list the names of all columns.")
    twice = sorted({name for name in mapping.names if mapping.names.count(name) > 1})
    if twice:
        raise MappingError("a name stands twice", where=where("names"), found=twice[0])
    if mapping.skip_lines < 0:
        raise MappingError("cannot be negative", where=where("skip_lines"), found=mapping.skip_lines)


def _check_zones(mapping: Mapping, where: Locate) -> None:
    zones = {"timezone": mapping.timezone} | {f"columns.{n}.timezone": f.timezone for n, f in mapping.columns.items()}
    for key, zone in zones.items():
        try:
            ZoneInfo(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            known = "a name such as Europe/Berlin"
            raise MappingError("unknown time zone", where=where(key), found=zone, expected=known) from None
    try:
        date.fromisoformat(mapping.date or "2000-01-01")
    except ValueError:
        raise MappingError("not a date", where=where("date"), found=mapping.date, expected="YYYY-MM-DD") from None


def _check_flat(mapping: Mapping, where: Locate) -> None:
    """Refuse what only nested records have."""
    if mapping.turns:
        raise MappingError("a delimited file has no lists of turns", where=where("turns"), fix="Map one turn a record.")
    for name, one in mapping.columns.items():
        if one.take or one.keep:
            raise MappingError("`take` and `keep` are for lists", where=where(f"columns.{name}"), fix="Remove them.")


def _check_record(mapping: Mapping, where: Locate) -> None:
    of, turns = mapping.kind, mapping.turns
    if turns and of.name not in ("call", "interaction", "utterance"):
        raise MappingError("`turns` belong to a call, interaction or utterance", where=where("turns"))
    if mapping.extra == "keep" and not of.keeps_extra:
        raise MappingError(f"{of.name} has no place for extra fields", where=where("extra"), fix="Ignore the columns.")
    if mapping.answers:
        _check_answers(mapping, where)
    required = ("source_id",) if (turns and of.name == "utterance") or mapping.answers else of.required
    words = {real: word for word, real in FRIENDLY.items()}
    missing = sorted(words.get(name, name) for name in required if name not in mapping.columns)
    if missing:
        fix = f"Map it, or give a constant: `{missing[0]}: {{value: ...}}`."
        raise MappingError(f"{of.name} needs `{'`, `'.join(missing)}`", where=where("columns"), fix=fix)
    if turns and of.name == "utterance":
        own = sorted(set(mapping.columns) - {"source_id", "updated_at"})
        if own:
            raise MappingError("belongs below `turns`", where=where(f"columns.{own[0]}"), found=own[0])
    for name in mapping.ignore:
        if name in mapping.used():
            raise MappingError("mapped and ignored", where=where("ignore"), found=name, fix="Remove one of the two.")


def _check_answers(mapping: Mapping, where: Locate) -> None:
    if mapping.record != "survey":
        raise MappingError("`answers` belong to a survey", where=where("answers"), found=mapping.record)
    for name in ("question", "value", "comment"):
        if name in mapping.columns:
            raise MappingError(
                "one answer a record, and several", where=where(f"columns.{name}"), fix="Keep it, or keep `answers`."
            )
