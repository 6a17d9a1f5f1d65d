"""A file as a window of bytes that moves through it, and the records found in the window.

A reader that works on many records at once (Arrow) is tried on all of them; when it refuses, on halves, until what is
left is small enough to be read one by one. One bad record in a million costs about one extra pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa

from flows.reading.records import RAW_CHARACTERS, Columns
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.reading.contract import SourceFile

Array = Any
BLOCK = 8 << 20
SMALL = 64 << 10
NEWLINE, RETURN = 10, 13
_UTF8_BOM = b"\xef\xbb\xbf"
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


@dataclass
class Broken:
    """Why one record is unusable, as a reject says it."""

    rule: str
    found: str | None
    expected: str
    field: str | None = None


@dataclass
class Span:
    """Consecutive records in `data`: record i is `data[starts[i]:ends[i]]`, line end included, its number `numbers[i]`.

    `at` is where `data` begins in the file. `encoding` is for showing records in rejects.
    """

    data: bytes
    starts: Any
    ends: Any
    numbers: Any
    at: int
    encoding: str = "utf-8"

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.starts)

    def part(self, first: int, last: int) -> Span:
        """Return some of the records."""
        of = slice(first, last)
        return Span(self.data, self.starts[of], self.ends[of], self.numbers[of], self.at, self.encoding)

    def bytes(self) -> bytes:
        """Return all records as one piece."""
        return self.data[int(self.starts[0]) : int(self.ends[-1])]

    def text(self, position: int) -> str:
        """Return one record as text without its line end; bytes that are no text are shown by their numbers."""
        start, end = int(self.starts[position]), int(self.ends[position])
        most = start + 4 * RAW_CHARACTERS  # a character has at most 4 bytes
        return self.data[start : min(end, most)].decode(self.encoding, "backslashreplace").rstrip("\r\n")

    def blank(self) -> Any:
        """Return (numpy) which records are nothing but a line end."""
        if not self.data:  # a byte order mark and nothing after it
            return np.ones(len(self.starts), dtype=bool)
        raw = np.frombuffer(self.data, dtype="u1")
        first_is_end = np.isin(raw[self.starts], (NEWLINE, RETURN))
        two = (raw[self.starts] == RETURN) & (raw[np.minimum(self.starts + 1, len(raw) - 1)] == NEWLINE)
        return first_is_end & (self.ends - self.starts <= 1 + two)

    def columns(self, arrays: dict[str, Array], good: Any, broken: dict[int, Broken], ignored: int) -> Columns:
        """Return the records at positions `good` (numpy), whose columns are `arrays`; `broken` is by position."""
        return Columns(
            arrays,
            pa.array(self.numbers[good], pa.int64()),
            pa.array(self.starts[good] + self.at, pa.int64()),
            pa.array(self.ends[good] + self.at, pa.int64()),
            lambda row: self.text(int(good[row])),
            read=len(self),
            ignored=ignored,
            broken=[self._reject(position, why) for position, why in broken.items()],
        )

    def _reject(self, position: int, why: Broken) -> dict[str, Any]:
        return {
            "rule": why.rule,
            "field": why.field,
            "found": why.found,
            "expected": why.expected,
            "raw": self.text(position)[:RAW_CHARACTERS],
            "record_no": int(self.numbers[position]),
            "byte_start": int(self.starts[position]) + self.at,
            "byte_end": int(self.ends[position]) + self.at,
        }


def read_span(span: Span, fast: Callable[[Span], Columns | None], slow: Callable[[Span], Columns]) -> Iterator[Columns]:
    """Yield all records of a span in order, read the fast way as far as it goes."""
    made = fast(span) if len(span) else None
    if made is not None:
        yield made
    elif len(span) <= 1 or int(span.ends[-1] - span.starts[0]) <= SMALL:
        if len(span):
            yield slow(span)
    else:
        middle = len(span) // 2
        yield from read_span(span.part(0, middle), fast, slow)
        yield from read_span(span.part(middle, len(span)), fast, slow)


class Window:
    """The bytes of a file from `at` on, as far as they are read; `final` when that is to its end."""

    def __init__(self, handle: BinaryIO, file: SourceFile) -> None:
        """Read the first block. Raises InputRefused for an empty file and for UTF-16."""
        self.handle, self.file = handle, file
        self.data, self.at, self.line, self.record_no, self.final = b"", 0, 1, 1, False
        while len(self.data) < 4 and not self.final:  # enough for a byte order mark
            self.grow()
        if not self.data:
            raise InputRefused("the file is empty", where=Where(file.name))
        for bom, name in _BOMS.items():
            if self.data.startswith(bom):
                raise InputRefused(f"the file is {name}", where=Where(file.name), fix="Export it as UTF-8.")
        if self.data.startswith(_UTF8_BOM):
            self.data, self.at = self.data[len(_UTF8_BOM) :], len(_UTF8_BOM)

    def grow(self) -> None:
        """Read one more block."""
        more = self.handle.read(BLOCK)
        self.final = len(more) < BLOCK
        self.data += more

    def drop(self, count: int) -> None:
        """Move on by some bytes."""
        self.line += self.data.count(b"\n", 0, count)
        self.data, self.at = self.data[count:], self.at + count

    def skip_line(self) -> None:
        """Move behind the next line end."""
        while b"\n" not in self.data and not self.final:
            self.drop(len(self.data))
            self.grow()
        self.drop(self.data.find(b"\n") + 1 or len(self.data))

    def span(self, starts: Any, ends: Any, encoding: str = "utf-8") -> Span:
        """Return the records with these bytes, numbered from the next number on."""
        numbers = np.arange(self.record_no, self.record_no + len(starts))
        self.record_no += len(starts)
        return Span(self.data, starts, ends, numbers, self.at, encoding)

    def too_long(self, encoding: str = "utf-8") -> Columns:
        """Return the reject of a line longer than a record may be, and move behind it."""
        start = self.at
        head = self.data[: 4 * RAW_CHARACTERS]
        self.skip_line()
        span = Span(head, np.array([0]), np.array([len(head)]), np.array([self.record_no]), start, encoding)
        self.record_no += 1
        limit = self.file.record_bytes
        out = span.columns({}, np.zeros(0, "i8"), {0: length_problem(self.at - start, limit)}, 0)
        out.broken[0]["byte_end"] = self.at
        return out


def length_problem(found: int, limit: int) -> Broken:
    """Return why a record is too long."""
    return Broken("too_long", f"{found} bytes", f"at most {limit} bytes")
