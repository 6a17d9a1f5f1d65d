"""One field of a mapping: find its columns, convert them, say what could not be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, times
from flows.reading.mapping import Field, Mapping
from schemas.table import ARROW

if TYPE_CHECKING:
    from flows.reading.contract import SourceFile
    from schemas.table import Column

Array = Any
# Ids and codes lose white space around them; what people said and wrote keeps what is inside.
FOUND_CHARACTERS = 200


@dataclass
class Problem:
    """A rule broken by some records: `mask` says which, `found` what stood there."""

    rule: str
    field: str
    expected: str
    mask: Any
    found: Array | None = None

    def at(self, position: int) -> dict[str, Any]:
        """Return the reject of one record."""
        value = self.found[position].as_py() if self.found is not None else None
        found = None if value is None else str(value)[:FOUND_CHARACTERS]
        return {"rule": self.rule, "field": self.field, "found": found, "expected": self.expected}


class Converter:
    """Converts the fields of a mapping for one batch of records and collects what could not be read."""

    def __init__(
        self, arrays: dict[str, Array], length: int, mapping: Mapping, file: SourceFile, known: dict[str, Column]
    ) -> None:
        """Keep the columns; nothing is converted yet. `known` are the canonical columns that can be filled."""
        self.arrays, self.length, self.mapping, self.file = arrays, length, mapping, file
        self.problems: list[Problem] = []
        self.side: dict[str, Array] = {}
        self.known = known
        self._answered: dict[str, Array] = {}

    def column(self, name: str, one: Field) -> Array:
        """Return one field converted to its canonical type; broken values are NULL and noted in `problems`."""
        array = self._value(name, one, self.known.get(name))
        if one.only_if:
            holds = self._condition(one.only_if)
            array = pc.if_else(holds, array, pa.scalar(None, array.type))
        if one.scale:
            self.side["csat_min"] = pa.repeat(pa.scalar(one.scale[0], pa.float64()), self.length)
            self.side["csat_max"] = pa.repeat(pa.scalar(one.scale[1], pa.float64()), self.length)
        return array

    def extra(self) -> Array:
        """Return unmapped columns as JSON texts, record by record."""
        used = self.mapping.used() | set(self.mapping.ignore)
        names = [name for name in self.arrays if name not in used]
        if not names:
            return pa.nulls(self.length, pa.string())
        rows = pa.table({name: self.arrays[name] for name in names}).to_pylist()
        kept = [{key: value for key, value in row.items() if value not in (None, "")} for row in rows]
        return pa.array(
            [json.dumps(row, ensure_ascii=False, default=str) if row else None for row in kept], pa.string()
        )

    def source(self, path: str, one: Field) -> Array:
        """Return a column of the file, trimmed and with its spellings of "no value" as NULL."""
        if path in self.arrays:
            array = self.arrays[path]
        else:
            first, *rest = path.split(".")
            if first not in self.arrays:  # JSON: a key that none of these records has
                return pa.nulls(self.length, pa.string())
            array = resolve(self.arrays[first], rest, one.take)
        array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        if pa.types.is_null(array.type):
            return array.cast(pa.string())
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            return array
        return convert.blank_to_null(convert.strip(array.cast(pa.string())), (*self.mapping.null_values, *one.null_if))

    def _condition(self, name: str) -> Array:
        if name not in self._answered:
            noted = len(self.problems)
            array = self._value(name, self.mapping.columns[name], self.known.get(name))
            del self.problems[noted:]  # the field itself reports them
            self._answered[name] = pc.fill_null(array if pa.types.is_boolean(array.type) else pc.is_valid(array), False)
        return self._answered[name]

    def _value(self, name: str, one: Field, column: Any) -> Array:
        kind = "bool" if column is None else column.type
        if one.value is not None:
            array = pa.repeat(pa.scalar(one.value, pa.string()), self.length)
            return self._converted(name, one, kind, [array])
        return self._converted(name, one, kind, [self.source(path, one) for path in one.source])

    def _converted(self, name: str, one: Field, kind: str, arrays: list[Array]) -> Array:
        label = " + ".join(one.source) or name
        if kind == "timestamp":
            return self._stamp(name, one, arrays, label)
        first = arrays[0]
        if one.values:
            first, bad = convert.lookups(first, one.values)
            self._note("unknown_value", label, "one of " + ", ".join(one.values), bad, arrays[0])
        if len(arrays) > 1:
            first = _joined(arrays, one.join)
        decimal, thousands = self.mapping.decimal, self.mapping.thousands
        if kind == "seconds":
            array, bad = convert.durations(first, one.unit or "seconds", decimal, thousands)
            self._note("bad_duration", label, f"a duration in {one.unit or 'seconds'}", bad, first)
        elif kind == "int":
            array, bad = self._integer(one, first, decimal, thousands)
            self._note("bad_number", label, "a whole number", bad, first)
        elif kind == "float":
            array, bad = convert.numbers(first, decimal, thousands)
            self._note("bad_number", label, "a number", bad, first)
        elif kind == "bool":
            array, bad = convert.booleans(first, one.yes, one.no)
            self._note("bad_bool", label, "one of " + ", ".join((*one.yes, *one.no) or ("true", "false")), bad, first)
        elif kind == "date":
            array, bad = times.dates(first, one.date)
            self._note("bad_date", label, f"a date as {one.date or 'YYYY-MM-DD'}", bad, first)
        elif kind == "texts":
            text = convert.as_text(first)
            array = pc.if_else(
                pc.is_valid(text), pc.split_pattern(pc.fill_null(text, ""), ";"), pa.nulls(len(text), ARROW["texts"])
            )
        else:
            array, _ = convert.texts(first)
        return array

    def _integer(self, one: Field, array: Array, decimal: str, thousands: str) -> tuple[Array, Array]:
        """Whole numbers, or milliseconds given in another unit (`start_ms: {from: t, as: seconds}`)."""
        if one.unit is None or one.unit == "ms":
            return convert.integers(array)
        seconds, bad = convert.durations(array, one.unit, decimal, thousands)
        return pc.round(pc.multiply(seconds.cast(pa.float64()), 1000)).cast(pa.int64()), bad

    def _stamp(self, name: str, one: Field, arrays: list[Array], label: str) -> Array:
        zone = one.timezone or self.mapping.timezone or self.file.timezone
        constant = self.mapping.date
        found = times.stamps(arrays, one.date, one.time, constant, zone)
        spelling = " ".join(part for part in (one.date or ("iso" if not one.time else ""), one.time) if part)
        shown = _joined([convert.as_text(array) for array in arrays], " ")
        self._note("bad_time", label, f"a time as {spelling}", found.bad, shown)
        self._note("dst_gap", label, f"a time that exists in {zone}", found.gap, shown)
        if name == "started_at":
            self.side["utc_offset_min"] = found.offset_min
            flag = pc.if_else(found.overlap, pa.scalar("dst_overlap"), pa.scalar(None, pa.string()))
            self.side["time_flag"] = flag
        return found.values

    def _note(self, rule: str, label: str, expected: str, bad: Array, found: Array) -> None:
        mask = pc.fill_null(bad, False).to_numpy(zero_copy_only=False)
        if mask.any():
            self.problems.append(Problem(rule, label, expected, mask, convert.as_text(found)))


def resolve(array: Array, path: list[str], take: str | None) -> Array:
    """Follow a dotted path into structs; in a list of structs take the first or last element's value."""
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
        offsets = array.offsets.to_numpy(zero_copy_only=False)
        last = offsets[1:] - 1 if take == "last" else offsets[:-1]
        at = pa.array(np.where(lengths > 0, last, 0), mask=lengths == 0)
        if not len(array.values):
            return pa.nulls(len(array), pa.string())
        return resolve(array.values.take(at), path, take)
    if not path:
        return array
    if not pa.types.is_struct(array.type) or path[0] not in {one.name for one in array.type}:
        return pa.nulls(len(array), pa.string())
    return resolve(pc.struct_field(array, path[0]), path[1:], take)


def _joined(arrays: list[Array], between: str) -> Array:
    """Join columns to one text; NULL when the first is NULL, other NULLs are left out."""
    joined, *rest = [convert.as_text(array) for array in arrays]
    for text in rest:  # null_handling="skip" of Arrow's join loses rows in which everything is NULL
        longer = pc.binary_join_element_wise(joined, text, between, null_handling="emit_null")
        joined = pc.if_else(pc.is_valid(text), longer, joined)
    return joined
