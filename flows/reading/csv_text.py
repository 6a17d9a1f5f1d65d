"""Delimited text as columns of text. No sniffing, no types, nothing skipped.

Records are found by counting quotes (csv_records.py) and their fields by Arrow, many at once. Arrow is believed only
where it finds as many records as we do; what it refuses goes to the strict reader, which names what is wrong.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from flows.reading.blocks import SMALL, Broken, Span, Window, length_problem, read_span
from flows.reading.csv_records import Dialect, plain_ends, split_record
from flows.reading.encodings import is_utf8
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.contract import SourceFile
    from flows.reading.mapping import Mapping
    from flows.reading.records import Columns


class CsvText:
    """One delimited file: `names` are its columns, `columns()` its records."""

    def __init__(self, handle: BinaryIO, mapping: Mapping, file: SourceFile) -> None:
        """Read the header, or take the names of the mapping. Raises InputRefused."""
        self.mapping, self.file = mapping, file
        self.dialect = Dialect(mapping.delimiter.encode(), mapping.quote.encode())
        self.utf8 = is_utf8(mapping.encoding)
        self.window = Window(handle, file)
        if self.window.at and not self.utf8:  # a mark that only UTF-8 has
            where = Where(file.name, line=1)
            raise InputRefused(
                "the file is UTF-8", where=where, expected=mapping.encoding, fix="Set `encoding: utf-8`."
            )
        for _ in range(mapping.skip_lines):
            self.window.skip_line()
        self.header_line = self.window.line
        self.names = self._header() if mapping.header else list(mapping.names)

    def columns(self) -> Iterator[Columns]:
        """Yield the records, many at a time."""
        window = self.window
        while True:
            moved = False
            for columns in self._pass():
                moved = True
                yield columns
            if not window.data and window.final:
                return
            if not moved and len(window.data) > self.file.record_bytes:
                yield self._over_limit()
            elif not window.final:
                window.grow()

    def _pass(self) -> Iterator[Columns]:
        """Yield what is whole in the window: runs of plain records by Arrow, the others one by one."""
        window = self.window
        while window.data:
            ends = plain_ends(window.data, self.dialect, window.final)
            if not len(ends):
                ends = self._strict_ends()
                if not len(ends):
                    return
                yield self._slow(self._span(ends))
            else:
                yield from read_span(self._span(ends), self._fast, self._slow)
            window.drop(int(ends[-1]))

    def _span(self, ends: Any) -> Span:
        return self.window.span(np.r_[0, ends[:-1]], ends, self.mapping.encoding)

    def _header(self) -> list[str]:
        where = Where(self.file.name, line=self.window.line)
        found = split_record(self.window.data, 0, self.dialect)
        while not self.window.final and (found is None or found[1] == len(self.window.data) <= self.file.record_bytes):
            self.window.grow()
            found = split_record(self.window.data, 0, self.dialect)
        if found is None or found[1] > self.file.record_bytes:
            raise InputRefused("the header has no end", where=where, fix="Is the delimiter or quote another one?")
        fields, end, stray = found
        try:
            names = [name.decode(self.mapping.encoding).strip() for name in fields]
        except UnicodeDecodeError as problem:
            byte = f"byte 0x{problem.object[problem.start]:02x}"
            raise InputRefused(
                "cannot read the header", where=where, found=byte, expected=self.mapping.encoding
            ) from None
        if stray or names == [""]:
            raise InputRefused(
                "no header", where=where, found=self.window.data[: min(end, 200)].decode("utf-8", "replace")
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            fix = "Set `header: false` and `skip_lines: 1` and list `names` in the mapping."
            raise InputRefused("two columns of one name", where=where, found=twice[0], fix=fix)
        self.window.drop(end)
        return names

    def _strict_ends(self) -> Any:
        """Return the ends of the next records by the strict reader: about as many as fill SMALL bytes."""
        window, ends, at = self.window, [], 0
        while at < len(window.data) and at < SMALL:
            found = split_record(window.data, at, self.dialect)
            if found is None:
                if window.final:
                    ends += self._open_quote(at)
                break
            at = found[1]
            if not window.final and at == len(window.data) and not window.data.endswith(b"\n"):
                break  # it may go on in the next block
            ends.append(at)
        return np.array(ends, dtype="i8")

    def _open_quote(self, at: int) -> list[int]:
        """Accept an open quote in the very last line (the record is rejected); earlier it has swallowed records."""
        window = self.window
        line = window.line + window.data.count(b"\n", 0, at)
        if window.data.rstrip(b"\r\n").count(b"\n", at):
            fix = "Close the quote, or set `quote` in the mapping."
            raise InputRefused("a quote is never closed", where=Where(self.file.name, line=line), fix=fix)
        return [len(window.data)]

    def _over_limit(self) -> Columns:
        """Reject a line longer than a record may be; with a quote in it nobody can say where it ends."""
        window = self.window
        if b"\n" in window.data or split_record(window.data, 0, self.dialect) is None:
            raise InputRefused(
                "a record is too long, or its quote is never closed",
                where=Where(self.file.name, line=window.line),
                found=f"more than {self.file.record_bytes} bytes",
            )
        return window.too_long(self.mapping.encoding)

    def _fast(self, span: Span) -> Columns | None:
        blank = span.blank()
        data = span.bytes()
        if b"\0" in data or (span.ends - span.starts > self.file.record_bytes).any():
            return None
        try:
            table = self._arrow(data if self.utf8 else data.decode(self.mapping.encoding).encode())
        except (pa.ArrowInvalid, UnicodeDecodeError):
            return None
        good = np.flatnonzero(~blank)
        if table.num_rows != len(good):
            return None
        arrays = {name: table.column(at).combine_chunks() for at, name in enumerate(self.names)}
        return span.columns(arrays, good, {}, int(blank.sum()))

    def _arrow(self, data: bytes) -> pa.Table:
        names = [str(at) for at in range(len(self.names))]
        return arrow_csv.read_csv(
            BytesIO(data),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.mapping.delimiter, quote_char=self.mapping.quote or False, newlines_in_values=True
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )

    def _slow(self, span: Span) -> Columns:
        """Read records one by one."""
        blank = span.blank()
        good, rows, broken = [], [], {}
        for position in np.flatnonzero(~blank):
            made = self._record(span.data, int(span.starts[position]), int(span.ends[position]))
            if isinstance(made, Broken):
                broken[int(position)] = made
            else:
                good.append(position)
                rows.append(made)
        texts = list(zip(*rows, strict=True)) or [()] * len(self.names)
        arrays = {name: pa.array(texts[at], pa.string()) for at, name in enumerate(self.names)}
        return span.columns(arrays, np.array(good, dtype="i8"), broken, int(blank.sum()))

    def _record(self, data: bytes, start: int, end: int) -> list[str] | Broken:
        if end - start > self.file.record_bytes:
            return length_problem(end - start, self.file.record_bytes)
        if b"\0" in data[start:end]:
            return Broken("nul_byte", "a byte 0x00", "text")
        found = split_record(data[start:end], 0, self.dialect)
        if found is None:
            return Broken("open_quote", "the end of the file", "a closing quote")
        fields, _, stray = found
        if stray:
            return Broken("bad_quote", "text behind a closing quote", "a delimiter or line end; quotes in text doubled")
        if len(fields) != len(self.names):
            return Broken("field_count", f"{len(fields)} fields", f"{len(self.names)} fields")
        try:
            return [value.decode(self.mapping.encoding) for value in fields]
        except UnicodeDecodeError:
            return self._undecodable(fields)

    def _undecodable(self, fields: list[bytes]) -> Broken:
        for name, value in zip(self.names, fields, strict=True):
            try:
                value.decode(self.mapping.encoding)
            except UnicodeDecodeError as problem:
                byte = f"byte 0x{problem.object[problem.start]:02x}"
                return Broken("bad_encoding", byte, f"text in {self.mapping.encoding}", name)
        raise AssertionError("one of the fields cannot be decoded")
