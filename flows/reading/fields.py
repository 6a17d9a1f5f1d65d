"""One field of a mapping: find its columns, convert them, say what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, times
from flows.reading.paths import ManyValues, follow
from schemas.errors import InputRefused, Where
from schemas.table import ARROW

if TYPE_CHECKING:
    from flows.reading.contract import SourceFile
    from flows.reading.kinds import Kind
    from flows.reading.mapping import Field, Mapping
    from schemas.table import Column

Array = Any
FOUND_CHARACTERS = 200


@dataclass
class Problem:
    """A rule broken by some records: `mask` (numpy) says which, `found` what stood there."""

    rule: str
    field: str
    expected: str
    mask: Any
    found: Array | None = None

    def at(self, position: int) -> dict[str, Any]:
        """Return the reject of one record."""
        value = self.found[position].as_py() if self.found is not None else None
        found = None if value is None else value[:FOUND_CHARACTERS]
        return {"rule": self.rule, "field": self.field, "found": found, "expected": self.expected}


class Converter:
    """Converts the fields of a mapping for one batch of records and collects what could not be read.

    `columns` are a file's columns by name. `seen` collects the paths that were there, so that the end of a file knows
    what never came; `prefix` is what stands before paths of turns. `later` has, by field, the second reading of local
    times that happened twice.
    """

    def __init__(
        self, columns: dict[str, Array], length: int, mapping: Mapping, file: SourceFile, kind: Kind, prefix: str = ""
    ) -> None:
        """Keep the columns; nothing is converted yet."""
        self.columns, self.length, self.mapping, self.file, self.kind = columns, length, mapping, file, kind
        self.prefix = prefix
        self.problems: list[Problem] = []
        self.side: dict[str, Array] = {}
        self.later: dict[str, Array] = {}
        self.seen: set[str] = set()

    def all(self, fields: dict[str, Field]) -> dict[str, Array]:
        """Return every field, converted to its canonical type; broken values are NULL and noted in `problems`."""
        made = {name: self._value(one, self.kind.columns[name]) for name, one in fields.items()}
        for name, one in fields.items():
            if one.only_if:
                made[name] = pc.if_else(_holds(made[one.only_if]), made[name], pa.scalar(None, made[name].type))
        return self.side | made

    def source(self, path: str, one: Field) -> Array:
        """Return a column of the file, trimmed and with its spellings of "no value" as NULL."""
        array = self._found(path, one)
        if not pa.types.is_string(array.type):
            return convert.without(array, one.null_if) if not pa.types.is_nested(array.type) else array
        return convert.without(pc.utf8_trim_whitespace(array), (*self.mapping.null_values, *one.null_if))

    def _found(self, path: str, one: Field) -> Array:
        first, *rest = [path] if path in self.columns else path.split(".")
        if first in self.columns:
            try:
                array = follow(self.columns[first], rest, one)
            except ManyValues:
                raise InputRefused(
                    "a list where one value is wanted",
                    where=Where(self.file.name, field=self.prefix + path),
                    fix="Say `take: first` or `take: last` in the mapping.",
                ) from None
            if array is not None:
                self.seen.add(self.prefix + path)
                return array
        return pa.nulls(self.length, pa.string())

    def _value(self, one: Field, column: Column) -> Array:
        if one.value is not None:
            arrays = [pa.repeat(pa.scalar(one.value, pa.string()), self.length)]
        else:
            arrays = [self.source(path, one) for path in one.source]
        if column.type == "timestamp":
            return self._stamp(one, column.name, arrays)
        # A text that is empty was said or written all the same; everywhere else an empty text is no value.
        if not (self.kind.name == "utterance" and column.name == "text"):
            arrays = [convert.without(array, [""]) if pa.types.is_string(array.type) else array for array in arrays]
        found = arrays[0]
        if len(arrays) > 1:
            found = _joined(arrays, one.join, whole=column.name.endswith("_id"))
        if one.values:
            values, bad = convert.lookups(found, one.values)
            self._note("unknown_value", one, "one of " + ", ".join(one.values), bad, found)
            found = values
        return self._converted(one, column, found)

    def _converted(self, one: Field, column: Column, found: Array) -> Array:
        if one.date or one.time:  # start_ms and end_ms as points in time: made relative where the start is known
            return self._stamp(one, column.name, [found])
        convert_one = getattr(self, f"_{column.type}", self._text)
        array: Array = convert_one(one, column, found)
        return array

    def _seconds(self, one: Field, column: Column, found: Array) -> Array:
        unit = one.unit or "seconds"
        array, bad = convert.durations(found, unit, self.mapping.decimal, self.mapping.thousands)
        self._note("bad_duration", one, f"a duration as {unit}", bad, found)
        return array

    def _int(self, one: Field, column: Column, found: Array) -> Array:
        if one.unit is None or (one.unit == "ms" and pa.types.is_integer(found.type)):
            array, bad = convert.integers(found, self.mapping.thousands)
            self._note("bad_number", one, "a whole number", bad, found)
            return array
        seconds = self._seconds(one, column, found)
        return pc.multiply(seconds, 1000).cast(pa.int64())

    def _float(self, one: Field, column: Column, found: Array) -> Array:
        array, bad = convert.numbers(found, self.mapping.decimal, self.mapping.thousands)
        self._note("bad_number", one, "a number", bad, found)
        if one.scale:
            names = ("csat_min", "csat_max") if column.name == "csat" else ("scale_min", "scale_max")
            for name, end in zip(names, one.scale, strict=True):  # no value, no scale
                self.side[name] = pc.if_else(pc.is_valid(array), pa.scalar(end, pa.float64()), pa.scalar(None))
        return array

    def _bool(self, one: Field, column: Column, found: Array) -> Array:
        array, bad = convert.booleans(found, one.yes, one.no)
        self._note("bad_bool", one, "one of " + ", ".join((*one.yes, *one.no) or ("true", "false")), bad, found)
        return array

    def _date(self, one: Field, column: Column, found: Array) -> Array:
        array, bad = times.dates(found, one.date or "iso")
        self._note("bad_date", one, f"a date as {one.date or 'YYYY-MM-DD'}", bad, found)
        return array

    def _texts(self, one: Field, column: Column, found: Array) -> Array:
        if pa.types.is_list(found.type):
            return found.cast(ARROW["texts"])
        text = convert.as_text(found)
        parts = pc.split_pattern(pc.fill_null(text, ""), one.split)
        return pc.if_else(pc.is_valid(text), parts, pa.scalar(None, ARROW["texts"]))

    def _text(self, one: Field, column: Column, found: Array) -> Array:
        return convert.nfc(convert.as_text(found))

    def _stamp(self, one: Field, name: str, arrays: list[Array]) -> Array:
        arrays = [convert.without(array, [""]) if pa.types.is_string(array.type) else array for array in arrays]
        zone = one.timezone or self.mapping.timezone or self.file.timezone
        date = one.date or ("iso" if len(arrays) == 1 and not one.time else None)
        how = times.Spelling(date, one.time, self.mapping.date, zone, self.mapping.decimal)
        made = times.stamps(arrays, how)
        spelling = " ".join(part for part in (date, one.time) if part) or "iso"
        shown = _joined([convert.as_text(array) for array in arrays], " ", whole=False)
        self._note("bad_time", one, f"a time as {spelling}", made.bad, shown)
        self._note("dst_gap", one, f"a time that exists in {zone}", made.gap, shown)
        self.later[name] = made.later
        if name == "started_at" and self.kind.name in ("call", "interaction"):
            self.side["utc_offset_min"] = made.offset_min
        if self.kind.flagged == name:
            none = pa.scalar(None, pa.string())
            self.side["time_flag"] = pc.if_else(pc.is_valid(made.later), pa.scalar("dst_overlap"), none)
        return made.values

    def _note(self, rule: str, one: Field, expected: str, bad: Array, found: Array) -> None:
        mask = pc.fill_null(bad, False).to_numpy(zero_copy_only=False)
        if mask.any():
            self.problems.append(Problem(rule, one.label or str(one.value), expected, mask, convert.as_text(found)))


def _holds(array: Array) -> Array:
    """Return where a condition holds: a yes/no that is true, or any other field that is known."""
    return pc.fill_null(array if pa.types.is_boolean(array.type) else pc.is_valid(array), False)


def _joined(arrays: list[Array], between: str, *, whole: bool) -> Array:
    """Join columns to one text; NULLs are left out, or make the whole NULL (`whole`: an id needs all its parts)."""
    texts = [convert.as_text(array) for array in arrays]
    if whole and len(texts) > 1:
        return pc.binary_join_element_wise(*texts, between, null_handling="emit_null")
    return convert.joined(texts, between)
