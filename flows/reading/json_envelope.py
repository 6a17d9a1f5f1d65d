"""Pages of an interface, `{"tickets": [{…}, {…}], "count": 2}`, as a stream of the objects in their lists.

What stands around a list is blanked out, byte by byte, so that the objects keep their places in the file and a page
need not fit into memory. What is blanked out must be sound JSON: a page that is cut off is refused, never read in part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import orjson

from flows.reading.json_objects import CLOSE, OPEN, real_quotes
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.contract import SourceFile

LIST, LIST_END, BACKSLASH = 91, 93, 92
BLOCK = 8 << 20
_LOOK_BACK = 300  # how far before its [ a list's name begins at most
_MARKS = np.zeros(256, dtype=bool)
_MARKS[[OPEN, CLOSE, LIST, LIST_END]] = True
_OUTSIDE, _IN_PAGE, _IN_LIST = range(3)


def opened(handle: BinaryIO, file: SourceFile, *keys: str) -> Any:
    """Return a handle to read objects from: the file itself, or where it consists of pages, their lists named so."""
    paged = next((key for key in keys if _is_paged(handle, file, key)), None)
    handle.seek(0)
    return handle if paged is None else Envelope(handle, file, paged)


class Envelope:
    """A file of pages that reads like a file of the objects in their lists, each at its place."""

    def __init__(self, handle: BinaryIO, file: SourceFile, key: str) -> None:
        """Start at the beginning of a file."""
        self.handle, self.file = handle, file
        self.named = re.compile(rb'"' + re.escape(key.encode()) + rb'"[ \t\r\n]*:[ \t\r\n]*\[$')
        self.state, self.base, self.lists = _OUTSIDE, 0, 0
        self.around = bytearray()  # the page so far, without what is in its lists
        self.scan = _Scan()

    def read(self, size: int) -> bytes:
        """Return as many bytes as the file has, at most `size`. Raises InputRefused for a page that is damaged."""
        data = self.handle.read(size)
        out = bytearray(data)
        for start, end, ends_list in self._borders(data):
            # A comma stays where a list ends: the line is not one object, whatever else stands in it.
            out[start:end] = b"," if ends_list else b" " * (end - start)
        if len(data) < size and self.state != _OUTSIDE:
            raise self._refused("the page ends too early")
        return bytes(out)

    def _borders(self, data: bytes) -> Iterator[tuple[int, int, bool]]:
        """Yield the stretches of these bytes that are around lists, and whether one is the end of a list."""
        block = self.scan.block(data)
        at, mark = 0, -1  # of the data, of its marks
        while (mark := self._next(block, mark)) is not None:
            place = int(block.where[mark])
            if self.state == _OUTSIDE:
                self._begin(int(block.before[mark]))
                at = place
            elif self.state == _IN_LIST:
                self._keep(data[place : place + 1])
                self.state, at = _IN_PAGE, place + 1
                yield place, at, True
            else:
                self._keep(data[at : place + 1])
                yield at, place + 1, False
                at = place + 1
                if block.after[mark] == self.base:
                    self._close()
                elif self.named.search(bytes(self.around[-_LOOK_BACK:])):
                    self.state, self.lists = _IN_LIST, self.lists + 1
        if self.state == _IN_PAGE:
            self._keep(data[at:])
            yield at, len(data), False

    def _next(self, block: _Block, mark: int) -> Any:
        if self.state == _OUTSIDE:
            return block.next_open(mark)
        return block.next_at(mark, self.base, is_page=self.state == _IN_PAGE)

    def _begin(self, depth: int) -> None:
        if depth > 1:
            raise self._refused("the page stands in lists")
        self.state, self.base, self.lists, self.around = _IN_PAGE, depth, 0, bytearray()

    def _keep(self, data: bytes) -> None:
        self.around += data
        if len(self.around) > self.file.record_bytes:
            raise self._refused(f"more than {self.file.record_bytes} bytes around the list of a page")

    def _close(self) -> None:
        try:
            orjson.loads(bytes(self.around))
        except orjson.JSONDecodeError as problem:
            raise self._refused(f"the page is no JSON: {problem.msg}") from None
        if not self.lists:
            raise self._refused("a page has no such list")
        self.state = _OUTSIDE

    def _refused(self, why: str) -> InputRefused:
        return InputRefused(why, where=Where(self.file.name), fix="Fetch the page again.")


class _Block:
    """The brackets of one block that stand outside strings, with the depth before and after each."""

    def __init__(self, where: Any, kinds: Any, before: Any, after: Any) -> None:
        self.where, self.kinds, self.before, self.after = where, kinds, before, after
        self._opens = np.flatnonzero(kinds == OPEN)
        self._found: dict[tuple[int, bool], Any] = {}

    def next_open(self, mark: int) -> Any:
        """Return the next mark that is a brace opened."""
        return _next(self._opens, mark)

    def next_at(self, mark: int, base: int, *, is_page: bool) -> Any:
        """Return where next a page ends or a list in it begins, or with `is_page` false where a list ends."""
        if (base, is_page) not in self._found:
            if is_page:
                begins = (self.kinds == LIST) & (self.before == base + 1)
                found = np.flatnonzero(begins | ((self.after == base) & (self.before == base + 1)))
            else:
                found = np.flatnonzero((self.after == base + 1) & (self.before == base + 2))
            self._found[base, is_page] = found
        return _next(self._found[base, is_page], mark)


class _Scan:
    """Finds brackets block by block: what a block ends within (a string, an escape, a depth) goes on in the next."""

    def __init__(self) -> None:
        self.in_string = self.escaped = False
        self.depth = 0

    def block(self, data: bytes) -> _Block:
        """Return the marks of the next block."""
        raw = np.frombuffer(b"\\" + data if self.escaped else data, dtype="u1")
        shift = int(self.escaped)
        quotes = real_quotes(raw)
        marks = np.flatnonzero(_MARKS[raw])
        marks = marks[(np.searchsorted(quotes, marks) + self.in_string) % 2 == 0]
        kinds = raw[marks]
        count = self.depth + np.cumsum(np.where((kinds == OPEN) | (kinds == LIST), 1, -1))
        lowest = np.minimum.accumulate(np.minimum(count, 0)) if len(count) else count
        after = count - lowest  # what was never opened closes nothing
        before = np.r_[self.depth, after[:-1]] if len(after) else after
        self.depth = int(after[-1]) if len(after) else self.depth
        self.in_string ^= bool(len(quotes) % 2)
        trailing = len(raw) - len(raw.tobytes().rstrip(b"\\"))
        self.escaped = trailing % 2 == 1
        return _Block(marks - shift, kinds, before, after)


def _next(found: Any, mark: int) -> Any:
    at = int(np.searchsorted(found, mark, side="right"))
    return int(found[at]) if at < len(found) else None


def _is_paged(handle: BinaryIO, file: SourceFile, key: str) -> bool:
    """Return whether the first object of a file has a list of that name."""
    handle.seek(0)
    envelope = Envelope(handle, file, key)
    looked = 0
    while looked <= file.record_bytes and (data := handle.read(BLOCK if looked else 64 << 10)):
        looked += len(data)
        try:
            for _ in envelope._borders(data):
                if envelope.lists:
                    return True
                if envelope.state == _OUTSIDE:
                    return False
        except InputRefused:
            return bool(envelope.lists)
        if envelope.lists:
            return True
    return False
