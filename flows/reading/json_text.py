"""JSON as columns: strict, with exact places, nothing guessed.

The fast way gives a block of lines to Arrow with the types seen in its first records. It is believed only when every
line is an object of its own and Arrow has no complaint; otherwise the block is read line by line by the standard
library, which names what is wrong with each line. Keys that stand twice, NaN and texts that are not UTF-8 are mistakes.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.json as arrow_json

from flows.reading.records import Columns, check_names
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.contract import SourceFile
    from flows.reading.mapping import Mapping

BLOCK = 8 << 20
MAX_DEPTH = 64
_SAMPLE = 50
_NEWLINE = 10


class BadJson(ValueError):
    """One record is no usable JSON object: (rule, found, expected)."""


def parse(data: bytes) -> dict[str, Any]:
    """Return one strictly parsed object. Raises BadJson."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadJson("bad_encoding", f"byte 0x{problem.object[problem.start]:02x}", "UTF-8") from None
    if _depth(text) > MAX_DEPTH:
        raise BadJson("too_deep", f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH} levels")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
    except json.JSONDecodeError as problem:
        raise BadJson("bad_json", f"{problem.msg} at character {problem.pos}", "one JSON object") from None
    except RecursionError:
        raise BadJson("too_deep", "too many levels", f"at most {MAX_DEPTH} levels") from None
    if not isinstance(value, dict):
        raise BadJson("not_an_object", type(value).__name__, "one JSON object")
    return value


def lines(handle: BinaryIO, mapping: Mapping, file: SourceFile) -> Iterator[Columns]:
    """Yield the records of a file with one object a line, about 8 MB of it at a time."""
    at, record_no, rest, empty = 0, 1, b"", True
    types: dict[str, pa.DataType] = {}
    while True:
        data = handle.read(BLOCK)
        empty = empty and not data
        rest += data
        end = len(rest) if len(data) < BLOCK else rest.rfind(b"\n") + 1
        if end:
            columns = _fast(rest[:end], at, record_no, types, mapping, file)
            columns = columns or _slow(rest[:end], at, record_no, types, mapping, file)
            record_no += columns.read
            at, rest = at + end, rest[end:]
            yield columns
        elif len(rest) > file.record_bytes:
            raise InputRefused("a line is too long", where=Where(file.name), found=f"over {file.record_bytes} bytes")
        if len(data) < BLOCK:
            break
    if empty:
        raise InputRefused("the file is empty", where=Where(file.name))


def document(data: bytes, mapping: Mapping, file: SourceFile) -> Columns:
    """Return a file that is one object as one record."""
    found = _Lines()
    found.add(data, 0, len(data), 1, file.record_bytes)
    return found.columns(data, 0, 1, 0, mapping, file, {})


def _fast(
    block: bytes, at: int, first_no: int, types: dict[str, pa.DataType], mapping: Mapping, file: SourceFile
) -> Columns | None:
    raw = np.frombuffer(block, dtype="u1")
    ends = np.flatnonzero(raw == _NEWLINE)
    if not block.endswith(b"\n"):
        ends = np.r_[ends, len(block)]
    starts = np.r_[0, ends[:-1] + 1]
    objects = (raw[starts[starts < len(raw)]] == ord("{")).all() and (raw[np.maximum(ends - 1, 0)] == ord("}")).all()
    if not objects or b"NaN" in block or b"Infinity" in block or (ends - starts > file.record_bytes).any():
        return None
    try:
        block.decode("utf-8")
        _learn(block, starts, ends, types)
        table = arrow_json.read_json(
            BytesIO(block),
            read_options=arrow_json.ReadOptions(block_size=len(block) + 1, use_threads=False),
            parse_options=arrow_json.ParseOptions(
                explicit_schema=pa.schema(types.items()), unexpected_field_behavior="error"
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError, BadJson):
        return None
    if table.num_rows != len(starts):
        return None
    check_names(table.column_names, mapping, file, line=first_no)
    return Columns(
        {name: table.column(name).combine_chunks() for name in table.column_names},
        pa.array(np.arange(first_no, first_no + len(starts))),
        pa.array(starts + at),
        pa.array(np.minimum(ends + 1, len(block)) + at),
        lambda row: block[int(starts[row]) : int(ends[row])].decode("utf-8", "backslashreplace"),
        read=len(starts),
    )


def _learn(block: bytes, starts: Any, ends: Any, types: dict[str, pa.DataType]) -> None:
    """Add the types of the block's first records to those known; a type once known stays."""
    sample = [parse(block[start:end]) for start, end in zip(starts[:_SAMPLE], ends[:_SAMPLE], strict=True)]
    for name, kind in _types(sample).items():
        if name not in types or pa.types.is_null(types[name]):
            types[name] = kind


def _types(records: list[dict[str, Any]]) -> dict[str, pa.DataType]:
    """Return the Arrow type of each key; a key only ever null is taken as text. Mixed types raise ArrowInvalid."""
    names = list(dict.fromkeys(name for record in records for name in record))
    found = {name: pa.array([record.get(name) for record in records]).type for name in names}
    return {name: _no_nulls(kind) for name, kind in found.items()}


def _no_nulls(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_no_nulls(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, _no_nulls(one.type)) for one in kind])
    return kind


def _slow(
    block: bytes, at: int, first_no: int, types: dict[str, pa.DataType], mapping: Mapping, file: SourceFile
) -> Columns:
    found = _Lines()
    start = 0
    number = first_no
    while start < len(block):
        end = block.find(b"\n", start)
        end = len(block) if end < 0 else end
        found.add(block, start, end, number, file.record_bytes)
        start, number = end + 1, number + 1
    return found.columns(block, at, number - first_no, found.blank, mapping, file, types)


class _Lines:
    """Lines read one by one: good objects, and what is wrong with the others."""

    def __init__(self) -> None:
        self.objects: list[dict[str, Any]] = []
        self.places: list[tuple[int, int, int]] = []
        self.broken: list[tuple[int, int, int, BadJson]] = []
        self.blank = 0

    def add(self, block: bytes, start: int, end: int, number: int, limit: int) -> None:
        data = block[start:end]
        if not data.strip():
            self.blank += 1
            return
        try:
            if len(data) > limit:
                raise BadJson("too_long", f"{len(data)} bytes", f"at most {limit} bytes")
            self.objects.append(parse(data))
            self.places.append((number, start, end))
        except BadJson as problem:
            self.broken.append((number, start, end, problem))

    def columns(
        self,
        block: bytes,
        at: int,
        read: int,
        ignored: int,
        mapping: Mapping,
        file: SourceFile,
        types: dict[str, pa.DataType],
    ) -> Columns:
        names = list(dict.fromkeys(name for record in self.objects for name in record))
        check_names(names, mapping, file, line=self.places[0][0] if self.places else None)
        arrays = {name: _column([record.get(name) for record in self.objects]) for name in names}
        for name, array in arrays.items():
            types.setdefault(name, _no_nulls(array.type))

        def text(start: int, end: int) -> str:
            return block[start:end].decode("utf-8", "backslashreplace").rstrip("\r\n")

        broken = [
            {
                "rule": problem.args[0],
                "field": None,
                "found": problem.args[1],
                "expected": problem.args[2],
                "raw": text(start, end)[:65536],
                "record_no": number,
                "byte_start": start + at,
                "byte_end": end + at,
            }
            for number, start, end, problem in self.broken
        ]
        return Columns(
            arrays,
            pa.array([number for number, _, _ in self.places], pa.int64()),
            pa.array([start + at for _, start, _ in self.places], pa.int64()),
            pa.array([end + at for _, _, end in self.places], pa.int64()),
            lambda row: text(*self.places[row][1:]),
            read=read,
            ignored=ignored,
            broken=broken,
        )


def _column(values: list[Any]) -> pa.Array:
    """Return one key's values; where their types differ, each as the text it is written as."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array([None if value is None else _written(value) for value in values], pa.string())


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadJson("duplicate_key", twice[:200], "each key once")
    return out


def _constant(name: str) -> Any:
    raise BadJson("bad_json", name, "a JSON number")


def _integer(text: str) -> Any:
    """A number too large to be held exactly stays the text it is."""
    return int(text) if len(text) <= 18 else text


def _depth(text: str) -> int:
    """Return the depth of brackets, those inside texts included: an upper bound, cheap and not recursive."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    in_text = escaped = False
    for char in text:
        if in_text:
            in_text, escaped = escaped or char != '"', char == "\\" and not escaped
        elif char == '"':
            in_text = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest
