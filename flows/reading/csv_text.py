"""CSV as text: records with their bytes, fields as they stand. No sniffing, no types, nothing skipped.

The fast way cuts a block at line ends outside quotes (numpy) and lets Arrow split the fields as text. It is believed
only when both find the same number of records and Arrow has no complaint; otherwise the block is read record by record
by the strict reader below, which names what is wrong with each.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from flows.reading.records import Columns
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.contract import SourceFile
    from flows.reading.mapping import Mapping

BLOCK = 8 << 20
_NEWLINE, _RETURN = 10, 13
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass
class Record:
    """One record found by the strict reader: its bytes and its fields, or why it has none."""

    start: int
    end: int
    fields: list[str] | None
    problem: tuple[str, str | None, str, str] | None = None  # rule, field, found, expected


class CsvText:
    """Reads one file block by block."""

    def __init__(self, handle: BinaryIO, mapping: Mapping, file: SourceFile) -> None:
        """Read the header, or take the names of the mapping."""
        self.handle, self.mapping, self.file = handle, mapping, file
        self.delimiter, self.quote = mapping.delimiter.encode(), mapping.quote.encode()
        self.rest, self.at, self.done, self.line = b"", 0, False, 1
        self.record_no = 1
        self._start()
        self.names = self._header() if mapping.header else list(mapping.names)
        if not self.names:
            raise InputRefused("no header and no `names` in the mapping", where=Where(file.name))

    def blocks(self) -> Iterator[Columns]:
        """Yield the records of one block after another."""
        while self.rest or not self.done:
            block = self._block()
            if block:
                yield self._columns(block)

    def _start(self) -> None:
        self._fill(BLOCK)
        if not self.rest:
            raise InputRefused("the file is empty", where=Where(self.file.name))
        for bom, name in _BOMS.items():
            if self.rest.startswith(bom):
                raise InputRefused(f"the file is {name}", where=Where(self.file.name), fix="Export it as UTF-8.")
        if self.rest.startswith(b"\xef\xbb\xbf"):
            self.rest, self.at = self.rest[3:], 3
        for _ in range(self.mapping.skip_lines):
            self._drop(self.rest.find(b"\n") + 1 or len(self.rest))

    def _header(self) -> list[str]:
        first = next(self._strict(self.rest, final=self.done), None)
        if first is None or first.fields is None:
            rule = first.problem[2] if first and first.problem else "no complete line"
            raise InputRefused("cannot read the header", where=Where(self.file.name, line=self.line), found=rule)
        names = [name.strip() for name in first.fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputRefused(f"two columns are called {twice[0]!r}", where=Where(self.file.name, line=self.line))
        self._drop(first.end)
        return names

    def _fill(self, size: int) -> None:
        data = self.handle.read(size)
        self.done = self.done or len(data) < size
        self.rest += data

    def _drop(self, count: int) -> None:
        self.line += self.rest.count(b"\n", 0, count)
        self.rest, self.at = self.rest[count:], self.at + count

    def _block(self) -> bytes:
        """Return whole records: up to the last line end outside quotes, or everything at the end of the file."""
        while not self.done:
            self._fill(BLOCK)
            ends = self._ends(self.rest)
            if len(ends):
                return self.rest[: int(ends[-1]) + 1]
            if len(self.rest) > self.file.record_bytes:
                raise InputRefused(
                    "a record is too long, or its quote is never closed",
                    where=Where(self.file.name, line=self.line),
                    found=f"more than {self.file.record_bytes} bytes",
                )
        return self.rest

    def _ends(self, data: bytes) -> Any:
        raw = np.frombuffer(data, dtype="u1")
        ends = np.flatnonzero(raw == _NEWLINE)
        quotes = np.flatnonzero(raw == self.quote[0])
        if len(quotes):
            ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        return ends

    def _columns(self, block: bytes) -> Columns:
        columns = self._fast(block) or self._slow(block)
        self.record_no += columns.read
        return columns

    def _fast(self, block: bytes) -> Columns | None:
        ends = self._ends(block)
        if not block.endswith(b"\n"):
            ends = np.r_[ends, len(block) - 1]
        starts = np.r_[0, ends[:-1] + 1]
        raw = np.frombuffer(block, dtype="u1")
        lengths = ends - starts + 1
        first_is_end = np.isin(raw[starts], (_NEWLINE, _RETURN))
        blank = first_is_end & (lengths <= 2)
        try:
            data = block if self._is_utf8() else block.decode(self.mapping.encoding).encode()
            table = self._arrow(data)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            return None
        if (
            b"\0" in block
            or table.num_rows != len(starts) - int(blank.sum())
            or (lengths > self.file.record_bytes).any()
        ):
            return None
        numbers = self.record_no + np.flatnonzero(~blank)
        starts, ends = starts[~blank], ends[~blank] + 1
        base = self.at
        out = Columns(
            {name: table.column(at).combine_chunks() for at, name in enumerate(self.names)},
            pa.array(numbers),
            pa.array(starts + base),
            pa.array(ends + base),
            lambda at: self._raw(block, int(starts[at]), int(ends[at])),
            read=len(blank),
            ignored=int(blank.sum()),
        )
        self._drop(len(block))
        return out

    def _arrow(self, data: bytes) -> pa.Table:
        return arrow_csv.read_csv(
            BytesIO(data),
            read_options=arrow_csv.ReadOptions(
                column_names=[str(at) for at in range(len(self.names))], block_size=len(data) + 1, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.mapping.delimiter, quote_char=self.mapping.quote, newlines_in_values=True
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={str(at): pa.string() for at in range(len(self.names))},
                strings_can_be_null=False,
                null_values=[],
            ),
        )

    def _is_utf8(self) -> bool:
        return self.mapping.encoding.lower().replace("_", "-") in ("utf-8", "utf8")

    def _slow(self, block: bytes) -> Columns:
        """Read a block record by record; what the strict reader leaves over at its end is part of the next block."""
        final = self.done and len(block) == len(self.rest)
        good: list[Record] = []
        good_no: list[int] = []
        broken: list[dict[str, Any]] = []
        read = ignored = used = 0
        for record in self._strict(block, final):
            number, used = self.record_no + read, record.end
            read += 1
            if record.problem:
                broken.append(self._reject(record, number, block))
            elif record.fields == [""]:
                ignored += 1
            else:
                good.append(record)
                good_no.append(number)
        base = self.at
        if not used and not final:
            raise InputRefused("a quote is never closed", where=Where(self.file.name, line=self.line))
        columns = list(zip(*(record.fields or [] for record in good), strict=True)) or [() for _ in self.names]
        out = Columns(
            {name: pa.array(columns[at], pa.string()) for at, name in enumerate(self.names)},
            pa.array(good_no, pa.int64()),
            pa.array([record.start + base for record in good], pa.int64()),
            pa.array([record.end + base for record in good], pa.int64()),
            lambda at: self._raw(block, good[at].start, good[at].end),
            read=read,
            ignored=ignored,
            broken=broken,
        )
        self._drop(used)
        return out

    def _strict(self, data: bytes, final: bool) -> Iterator[Record]:
        """Yield records by the letter of RFC 4180; a quote counts only where a field begins."""
        start = 0
        while start < len(data):
            found = self._split(data, start)
            if found is None:
                if not final:
                    return
                lines = data.count(b"\n", start, len(data) - 1)
                if lines:
                    line = self.line + data.count(b"\n", 0, start)
                    raise InputRefused("a quote is never closed", where=Where(self.file.name, line=line))
                yield Record(start, len(data), None, ("open_quote", None, "end of file", "a closing quote"))
                return
            fields, end = found
            if end == len(data) and not data.endswith(b"\n") and not final:
                return
            yield self._decoded(data, start, end, fields)
            start = end

    def _split(self, data: bytes, start: int) -> tuple[list[bytes], int] | None:
        """Return the fields of the record at `start` and where it ends; None when a quote stays open."""
        fields, at, quote = [], start, self.quote
        while True:
            if data[at : at + 1] == quote:
                parts, at = [], at + 1
                while True:
                    close = data.find(quote, at)
                    if close < 0:
                        return None
                    parts.append(data[at:close])
                    at = close + 1
                    if data[at : at + 1] != quote:
                        break
                    parts.append(quote)
                    at += 1
                value = b"".join(parts)
                tail = self._field_end(data, at)
                value += data[at:tail].removesuffix(b"\r")
            else:
                tail = self._field_end(data, at)
                value = data[at:tail]
                value = value.removesuffix(b"\r") if data[tail : tail + 1] != self.delimiter else value
            fields.append(value)
            if data[tail : tail + 1] != self.delimiter:
                return fields, min(tail + 1, len(data))
            at = tail + 1

    def _field_end(self, data: bytes, at: int) -> int:
        stops = [stop for stop in (data.find(self.delimiter, at), data.find(b"\n", at)) if stop >= 0]
        return min(stops, default=len(data))

    def _decoded(self, data: bytes, start: int, end: int, fields: list[bytes]) -> Record:
        if end - start > self.file.record_bytes:
            limit = f"at most {self.file.record_bytes} bytes"
            return Record(start, end, None, ("too_long", None, f"{end - start} bytes", limit))
        if b"\0" in data[start:end]:
            return Record(start, end, None, ("nul_byte", None, "a NUL byte", "text"))
        try:
            texts = [value.decode(self.mapping.encoding) for value in fields]
        except UnicodeDecodeError as problem:
            found = f"byte 0x{problem.object[problem.start]:02x}"
            return Record(start, end, None, ("bad_encoding", None, found, f"text in {self.mapping.encoding}"))
        if texts == [""] or not hasattr(self, "names"):
            return Record(start, end, texts)
        if len(texts) != len(self.names):
            return Record(start, end, None, ("field_count", None, f"{len(texts)} fields", f"{len(self.names)} fields"))
        return Record(start, end, texts)

    def _reject(self, record: Record, number: int, block: bytes) -> dict[str, Any]:
        rule, field, found, expected = record.problem or ("unreadable", None, "", "")
        return {
            "rule": rule,
            "field": field,
            "found": found,
            "expected": expected,
            "raw": self._raw(block, record.start, record.end)[:65536],
            "record_no": number,
            "byte_start": record.start + self.at,
            "byte_end": record.end + self.at,
        }

    def _raw(self, block: bytes, start: int, end: int) -> str:
        return block[start:end].rstrip(b"\r\n").decode(self.mapping.encoding, "backslashreplace")
