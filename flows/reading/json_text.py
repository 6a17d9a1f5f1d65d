"""JSON records as columns.

The fast way gives many lines to Arrow with the types seen so far. It is believed only when every line is an object of
its own and Arrow has no complaint; otherwise lines are parsed one by one (json_strict.py), which names what is wrong
with each and teaches the fast way their types.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.json as arrow_json

from flows.reading.blocks import NEWLINE, RETURN, Span, Window, length_problem, read_span
from flows.reading.json_shape import Mixed, column, is_unsure, merged, readable, types_of
from flows.reading.json_strict import BadJson, parse
from flows.reading.json_wanted import Node, is_changed, misfit, wanted
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.reading.contract import SourceFile
    from flows.reading.mapping import Mapping
    from flows.reading.records import Columns, Records

_SAMPLE = 100


class JsonText:
    """One file of JSON objects; unknown keys are refused as they come."""

    def __init__(self, mapping: Mapping, file: SourceFile, records: Records) -> None:
        """Start a file."""
        self.file, self.records = file, records
        self.wanted = wanted(mapping)
        self.types: dict[str, pa.DataType] = {}
        self.keeps_all = mapping.extra == "keep"

    def lines(self, handle: BinaryIO) -> Iterator[Columns]:
        """Yield the records of a file with one object a line, many at a time."""
        window = Window(handle, self.file)
        while True:
            ends = np.flatnonzero(np.frombuffer(window.data, dtype="u1") == NEWLINE) + 1
            if window.final and window.data and not window.data.endswith(b"\n"):
                ends = np.r_[ends, len(window.data)]
            if len(ends):
                yield from read_span(window.span(np.r_[0, ends[:-1]], ends), self._fast, self._slow)
                window.drop(int(ends[-1]))
            elif len(window.data) > self.file.record_bytes:
                yield window.too_long()
            if window.final and not window.data:
                return
            if not window.final:
                window.grow()

    def document(self, handle: BinaryIO) -> Columns:
        """Return a file that is one object as one record."""
        window = Window(handle, self.file)
        while not window.final:
            if len(window.data) > self.file.record_bytes:
                limit = f"at most {self.file.record_bytes} bytes"
                raise InputRefused("the document is too long", where=Where(self.file.name), expected=limit)
            window.grow()
        if not window.data.strip():
            raise InputRefused("the file is empty", where=Where(self.file.name))
        return self._slow(window.span(np.array([0]), np.array([len(window.data)])))

    def _fast(self, span: Span) -> Columns | None:
        blank = span.blank()
        good = np.flatnonzero(~blank)
        if not _all_objects(span, good) or (span.ends - span.starts > self.file.record_bytes).any():
            return None
        data = span.bytes()
        table = self._arrow(data) or (self._arrow(data) if self._learn_some(span, good) else None)
        if table is None or table.num_rows != len(good):
            return None
        arrays = {name: table.column(name).combine_chunks() for name in table.column_names}
        if any(is_changed(self.types[name], node) for name, node in self._nodes(arrays)):
            return None
        if any(is_unsure(array, self.types[name]) for name, array in arrays.items()):
            return None
        return span.columns(arrays, good, {}, int(blank.sum()))

    def _arrow(self, data: bytes) -> pa.Table | None:
        options = arrow_json.ParseOptions(
            explicit_schema=pa.schema([(name, readable(kind)) for name, kind in self.types.items()]),
            unexpected_field_behavior="error",
        )
        try:
            data.decode("utf-8")  # Arrow does not look
            return arrow_json.read_json(
                BytesIO(data),
                read_options=arrow_json.ReadOptions(block_size=len(data) + 1, use_threads=False),
                parse_options=options,
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError):
            return None

    def _learn_some(self, span: Span, good: Any) -> bool:
        """Learn types from some records all over the span; returns whether there was something new."""
        chosen = good[:: max(1, len(good) // _SAMPLE)]
        try:
            objects = [parse(span.data[int(span.starts[at]) : int(span.ends[at])]) for at in chosen]
        except BadJson:
            return False
        return self._learn(objects, span.numbers[chosen])

    def _learn(self, objects: list[dict[str, Any]], numbers: Any) -> bool:
        """Learn keys and their types; the first record with an unknown key refuses the file."""
        before = dict(self.types)
        for record, number in zip(objects, numbers, strict=True):
            if not record.keys() <= self.types.keys():
                self.records.check_names(record, line=int(number))
                self.types |= {name: pa.null() for name in record if name not in self.types}
        try:
            for name, kind in types_of(objects).items():
                self.types[name] = merged(self.types.get(name, pa.null()), kind)
        except Mixed:
            pass
        return self.types != before

    def _slow(self, span: Span) -> Columns:
        """Parse records one by one."""
        objects, good, broken = [], [], {}
        ignored = 0
        for position in range(len(span)):
            data = span.data[int(span.starts[position]) : int(span.ends[position])]
            if not data.strip():
                ignored += 1
                continue
            try:
                if len(data) > self.file.record_bytes:
                    broken[position] = length_problem(len(data), self.file.record_bytes)
                    continue
                value = parse(data)
                wrong = misfit(value, self.wanted)
                if wrong:
                    broken[position] = wrong
                else:
                    objects.append(value)
                    good.append(position)
            except BadJson as problem:
                broken[position] = problem.why
        self._learn(objects, span.numbers[good])
        names = dict.fromkeys(name for record in objects for name in record)
        arrays = {name: column([record.get(name) for record in objects], node) for name, node in self._nodes(names)}
        return span.columns(arrays, np.array(good, dtype="i8"), broken, ignored)

    def _nodes(self, names: Iterable[str]) -> list[tuple[str, Node]]:
        """Return the keys needed, and what of them: those mapped and, with `extra: keep`, all others as a whole."""
        mapped = self.wanted.keys
        return [(name, mapped.get(name, Node(whole=True))) for name in names if name in mapped or self.keeps_all]


def _all_objects(span: Span, good: Any) -> bool:
    """Return whether every line begins with { and ends with }: then no object spans lines, and none shares one."""
    if not len(good):
        return True
    raw = np.frombuffer(span.data, dtype="u1")
    last = span.ends[good] - 1
    for end in (NEWLINE, RETURN):
        last = last - (raw[last] == end)
    return bool((raw[span.starts[good]] == ord("{")).all() and (raw[last] == ord("}")).all())
