"""JSON objects of one known shape as columns: Arrow reads many at once by a declared schema, keys beyond it are left.

An object Arrow cannot take, or of another spelling of the format, is parsed on its own, put into the declared shape by
the format's `normal`, or rejected with the field that does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json

from flows.reading.blocks import Broken, Span, length_problem, read_span
from flows.reading.json_members import others
from flows.reading.json_objects import OPEN, between, spans
from flows.reading.json_strict import BadJson, literal, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from flows.reading.contract import SourceFile
    from flows.reading.records import Columns

Array = Any
EXTRA = "extra"


@dataclass
class Shape:
    """What is read of an object: `schema`; `key` must be there, else the object is of another spelling.

    `normal` brings a parsed object into the shape of the schema, or says why it cannot. Members outside the schema and
    `ignored` are kept as one JSON text in the column `extra`, and so are those in `kept`, read or not; `keeps_others`
    is false for a table that has no such column.
    """

    schema: pa.Schema
    key: str
    normal: Callable[[dict[str, Any]], dict[str, Any] | Broken]
    ignored: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    keeps_others: bool = True
    names: set[str] = field(init=False)

    def __post_init__(self) -> None:
        """Collect what is known."""
        self.names = {*self.schema.names, *self.ignored} - {*self.kept}


def columns(handle: BinaryIO, file: SourceFile, shape: Shape) -> Iterator[Columns]:
    """Yield the objects of a file: one array a key of the schema, and `extra`."""
    reader = _Reader(file, shape)
    for span in spans(handle, file):
        yield from read_span(span, reader.fast, reader.slow)


def leaf(arrays: dict[str, Array], path: str) -> Array:
    """Return what stands at `A.B`: NULL where A is not there."""
    first, *rest = path.split(".")
    array = arrays[first]
    for name in rest:
        array = pc.struct_field(array, name)
    return array


class _Reader:
    def __init__(self, file: SourceFile, shape: Shape) -> None:
        self.file, self.shape = file, shape
        self.type = pa.struct(list(shape.schema))

    def fast(self, span: Span) -> Columns | None:
        blank = span.blank()
        good = np.flatnonzero(~blank)
        raw = np.frombuffer(span.data, dtype="u1")
        if not len(good) or (raw[span.starts[good]] != OPEN).any():
            return None
        if (span.ends - span.starts > self.file.record_bytes).any():
            return None
        table = self._arrow(_only(span, good))
        if table is None or table.num_rows != len(good) or table.column(self.shape.key).null_count:
            return None
        arrays = {name: table.column(name).combine_chunks() for name in table.column_names}
        if self.shape.keeps_others:
            arrays[EXTRA] = others(span.data, span.starts[good], span.ends[good], self.shape.names)
        return span.columns(arrays, good, {}, int(blank.sum()))

    def _arrow(self, data: bytes) -> pa.Table | None:
        if b"NaN" in data or b"Infinity" in data:  # Arrow reads them, JSON has none
            return None
        try:
            data.decode("utf-8")  # Arrow does not look
            return arrow_json.read_json(
                BytesIO(data),
                read_options=arrow_json.ReadOptions(block_size=len(data) + 1, use_threads=False),
                parse_options=arrow_json.ParseOptions(
                    explicit_schema=self.shape.schema, unexpected_field_behavior="ignore"
                ),
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError):
            return None

    def slow(self, span: Span) -> Columns:
        objects: list[dict[str, Any]] = []
        good: list[int] = []
        broken: dict[int, Broken] = {}
        ignored = 0
        for position in range(len(span)):
            data = span.data[int(span.starts[position]) : int(span.ends[position])]
            if not data.strip():
                ignored += 1
                continue
            made = self._one(data)
            if isinstance(made, Broken):
                broken[position] = made
            else:
                objects.append(made)
                good.append(position)
        at = np.array(good, dtype="i8")
        arrays = {}
        if self.shape.keeps_others:
            arrays[EXTRA] = self._extra(span, at, objects)
        whole = pa.array([{key: value for key, value in one.items() if key != EXTRA} for one in objects], self.type)
        arrays |= {one.name: pc.struct_field(whole, one.name) for one in self.type}
        return span.columns(arrays, at, broken, ignored)

    def _extra(self, span: Span, good: Any, objects: list[dict[str, Any]]) -> Array:
        """Return what is kept aside: of an object in another spelling, what `normal` says."""
        if not objects:
            return pa.array([], pa.string())
        found = others(span.data, span.starts[good], span.ends[good], self.shape.names)
        said = pa.array([one.get(EXTRA) for one in objects], pa.string())
        return pc.if_else(pa.array([EXTRA in one for one in objects]), said, found)

    def _one(self, data: bytes) -> dict[str, Any] | Broken:
        if len(data) > self.file.record_bytes:
            return length_problem(len(data), self.file.record_bytes)
        try:
            made = self.shape.normal(parse(data))
        except BadJson as problem:
            return problem.why
        if isinstance(made, Broken):
            return made
        if made.get(self.shape.key) is None:
            return Broken("missing_field", None, "a value", self.shape.key)
        return misfit({name: value for name, value in made.items() if name != EXTRA}, self.type) or made


def misfit(value: Any, kind: pa.DataType, path: str = "") -> Broken | None:
    """Return why a parsed value is none of this Arrow type, naming the first field that is not."""
    if value is None:
        return None
    if pa.types.is_struct(kind) and isinstance(value, dict):
        below = (misfit(value.get(one.name), one.type, f"{path}.{one.name}".lstrip(".")) for one in kind)
        return next((wrong for wrong in below if wrong), None)
    if pa.types.is_list(kind) and isinstance(value, list):
        return next((wrong for item in value if (wrong := misfit(item, kind.value_type, path))), None)
    if any(test(kind) and type(value) is own for test, own in _PLAIN):
        return None
    if pa.types.is_floating(kind) and isinstance(value, int | float) and not isinstance(value, bool):
        return None
    found = "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else literal(value)[:200]
    return Broken("wrong_shape", found, _expected(kind), path)


_PLAIN: tuple[tuple[Callable[[pa.DataType], bool], type], ...] = (
    (pa.types.is_string, str),
    (pa.types.is_integer, int),
    (pa.types.is_boolean, bool),
)


def _expected(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return "an object"
    if pa.types.is_list(kind):
        return "a list"
    if pa.types.is_string(kind):
        return "a text"
    return "true or false" if pa.types.is_boolean(kind) else "a number"


def _only(span: Span, good: Any) -> bytes:
    """Return the objects with nothing but blanks between them."""
    starts, ends = span.starts[good], span.ends[good]
    data = span.data[int(starts[0]) : int(ends[-1])]
    gaps = between(ends[:-1], starts[1:]) - int(starts[0])
    if not len(gaps):
        return data
    raw = np.frombuffer(data, dtype="u1").copy()
    raw[gaps] = 32
    return raw.tobytes()
