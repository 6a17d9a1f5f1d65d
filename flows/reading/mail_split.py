"""Cut an mbox into messages while reading it block by block: bounded memory, byte offsets, no line loop."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 20
# How far a candidate is looked at: its `From ` line and the beginning of the line after it.
AHEAD = 2048
BEHIND = 4
HEAD = 1 << 14  # how far a message is looked at for its Content-Length
_CLOCK = rb"[^\n]{0,500}?\d{1,2}:\d\d[^\n]{0,500}"
_HEADER_NEXT = rb"\n(?:[!-9;-~]{1,200}[ \t]{0,20}:|>From )"
_AFTER_BLANK = rb"(?:(?<=\n\nFrom )|(?<=\n\r\nFrom ))"
_START = re.compile(
    rb"\nFrom (?:" + _AFTER_BLANK + rb"(?=" + _CLOCK + rb"|[^\n]{0,1000}" + _HEADER_NEXT + rb")"
    rb"|(?=" + _CLOCK + _HEADER_NEXT + rb"))"
)
_LENGTH = re.compile(rb"\nContent-Length:[ \t]{0,9}(\d{1,12})[ \t]{0,9}\r?\n", re.IGNORECASE)
_HEAD_END = re.compile(rb"\n\r?\n")
_NEXT = re.compile(rb"(?:\r?\n){0,2}(?:From |\Z)")


@dataclass(frozen=True)
class Piece:
    """One message: where it lies (bytes of the file, its `From ` line included) and what it holds.

    `content` is cut at the cap; `end - start` tells the true size.
    """

    start: int
    end: int
    content: bytes

    @property
    def size(self) -> int:
        """Return the true size in bytes."""
        return self.end - self.start


@dataclass
class _Collector:
    """Bytes of the message under way; what exceeds the cap is counted, not kept."""

    cap: int
    start: int = 0
    size: int = 0
    kept: list[bytes] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        room = self.cap + 1 - self.size
        if room > 0:
            self.kept.append(data[:room])
        self.size += len(data)

    def take(self) -> Piece:
        piece = Piece(self.start, self.start + self.size, b"".join(self.kept))
        self.start, self.size, self.kept = piece.end, 0, []
        return piece


def split(stream: BinaryIO, cap: int, offset: int = 0) -> Iterator[Piece]:
    """Yield the pieces from `offset` (where the first `From ` line begins) to the end of the stream.

    A line that begins with `From ` starts a message when two of three signs agree: a blank line before it, a clock
    time in it, a header line after it. One sign alone is a sentence somebody wrote and the mail program did not escape;
    asking for all three would glue a damaged message to the one before it, unseen.

    Where the first message has a Content-Length and a `From ` line (or the end) stands right where that says, this is
    an mboxcl, which escapes nothing: a length that is right is then believed for every message.
    """
    believed = _length_end(stream, offset)
    is_mboxcl = believed is not None
    stream.seek(offset)
    under_way = _Collector(cap, start=offset)
    window, looked_until, at_end = b"", 0, False
    while not at_end:
        block = stream.read(BLOCK)
        at_end = not block
        window += block
        limit = len(window) if at_end else max(len(window) - AHEAD, 0)
        done = 0
        for match in _START.finditer(window, looked_until):
            begin = match.start() + 1
            if begin > limit:
                break  # looked at again when more of what follows is there
            at = under_way.start + under_way.size + begin - done
            if believed is not None and at < believed:
                continue
            under_way.add(window[done:begin])
            yield under_way.take()
            done = begin
            believed = _length_end(stream, at) if is_mboxcl else None
        keep = len(window) if at_end else max(limit - BEHIND, done)
        under_way.add(window[done:keep])
        looked_until = max(limit - keep, 0)
        window = window[keep:]
    if under_way.size:
        yield under_way.take()


def _length_end(stream: BinaryIO, start: int) -> int | None:
    """Return where the message at `start` ends by its Content-Length; None without one, and for one that is wrong."""
    back = stream.tell()
    try:
        stream.seek(start)
        head = stream.read(HEAD)
        end = _HEAD_END.search(head)
        length = _LENGTH.search(head, 0, end.end()) if end else None
        if end is None or length is None:
            return None
        stop = start + end.end() + int(length.group(1))
        stream.seek(stop - 1)
        last_and_more = stream.read(16)
        return stop if last_and_more and _NEXT.match(last_and_more, 1) else None
    finally:
        stream.seek(back)
