"""The JSON objects of a file, however they stand beside each other: a line each, one after the other, or in a list.

Streams written by machines put objects together without a line end. Their borders are found with numpy: the braces
outside strings, counted. What is not an object between two of them is a record too, and will be rejected. A broken
object costs only itself where it can be told where the next one begins: at `}{`, or at a line that begins with `{`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from flows.reading.blocks import NEWLINE, Span, Window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from flows.reading.contract import SourceFile

OPEN, CLOSE, QUOTE, BACKSLASH = 123, 125, 34, 92
_REACH = 4096  # looked at after a broken object, then twice as much, and so on: damage costs by its size
# So many objects without end, and so many damaged otherwise, are each looked into; in a file with more, what looks like
# the begin of an object is taken for one: looking through the rest again for each would take hours.
_ENDLESS, _DAMAGES = 20, 1000
_FILLER = np.zeros(256, dtype=bool)
_FILLER[list(b" \t\r\n,[]")] = True


def spans(handle: BinaryIO, file: SourceFile) -> Iterator[Span]:
    """Yield the objects of a file in order, about 8 MB of them at a time."""
    window = Window(handle, file)
    by_line = _one_a_line(window)
    reach = damages = endless = 0
    while window.data or not window.final:
        reach = reach if 0 < reach < len(window.data) else len(window.data)
        hopeless = endless > _ENDLESS or damages > _DAMAGES
        reach = len(window.data) if hopeless else reach
        whole = window.final and reach == len(window.data)
        is_all = whole or len(window.data) == reach > file.record_bytes  # of an object without end
        if hopeless:
            found = _broken(window.data, is_all=is_all, every=True)
        else:
            raw = np.frombuffer(window.data, dtype="u1", count=reach)
            found = _lines(raw, whole=whole) if by_line else _objects(raw, whole=whole)
            if is_all and not found[2]:
                found = _broken(window.data, is_all=True, every=False)
                endless += 1
        starts, ends, used, damaged = found
        damages += damaged
        if len(starts):
            yield window.span(starts, ends)
        window.drop(used)
        if damaged:
            reach = _REACH
        elif reach < len(window.data) + used:
            reach *= 2
        else:
            reach = 0
            if not window.final:
                window.grow()


def real_quotes(raw: Any) -> Any:
    """Return where (numpy) a string begins or ends: quotes that no backslash makes a part of it."""
    quotes = np.flatnonzero(raw == QUOTE)
    doubtful = np.flatnonzero((raw[np.maximum(quotes, 1) - 1] == BACKSLASH) & (quotes > 0))
    if not len(doubtful):
        return quotes
    slashes = np.flatnonzero(raw == BACKSLASH)
    begins = slashes[np.r_[True, np.diff(slashes) > 1]]  # of each run of backslashes
    at = quotes[doubtful]
    run = begins[np.searchsorted(begins, at) - 1]
    return np.delete(quotes, doubtful[(at - run) % 2 == 1])


def outside(positions: Any, quotes: Any) -> Any:
    """Return those positions that are in no string."""
    return positions[np.searchsorted(quotes, positions) % 2 == 0]


def between(starts: Any, ends: Any) -> Any:
    """Return all positions of the half-open ranges, one after the other."""
    lengths = ends - starts
    return np.repeat(starts - np.r_[0, np.cumsum(lengths)[:-1]], lengths) + np.arange(lengths.sum())


def _one_a_line(window: Window) -> bool:
    """Return whether the first line is an object of its own, and the second one begins another."""
    while b"\n" not in window.data.lstrip() and not window.final and len(window.data) < window.file.record_bytes:
        window.grow()
    line, _, rest = window.data.lstrip().partition(b"\n")
    return bool(line.startswith(b"{") and _is_json(line) and (rest.lstrip() or b"{").startswith(b"{"))


def _lines(raw: Any, *, whole: bool) -> tuple[Any, Any, int, bool]:
    """Return the lines; one that holds several objects is taken apart."""
    ends = np.flatnonzero(raw == NEWLINE) + 1
    if whole and len(raw) and raw[-1] != NEWLINE:
        ends = np.r_[ends, len(raw)]
    if not len(ends):
        return ends, ends, 0, False
    starts, used = np.r_[0, ends[:-1]], int(ends[-1])
    touched = np.unique(np.searchsorted(starts, np.flatnonzero(_touching(raw[:used])), side="right") - 1)
    several = [at for at in touched if not _is_json(raw[starts[at] : ends[at]].tobytes())]
    if not several:
        return starts, ends, used, False
    parts, last = [], 0
    for at in several:
        line = raw[starts[at] : ends[at]]
        inner, outer, done, _ = _objects(line, whole=True)
        if done == len(line) and len(inner) > 1:
            outer[-1] = len(line)
            parts += [(starts[last:at], ends[last:at]), (inner + starts[at], outer + starts[at])]
            last = at + 1
    parts.append((starts[last:], ends[last:]))
    return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts]), used, False


def _objects(raw: Any, *, whole: bool) -> tuple[Any, Any, int, bool]:
    """Return objects and what stands between them, how many bytes that is, and whether it ends at a damage."""
    quotes = real_quotes(raw)
    braces = outside(np.flatnonzero((raw == OPEN) | (raw == CLOSE)), quotes)
    opens = raw[braces] == OPEN
    count = np.cumsum(np.where(opens, 1, -1))
    depth = count - np.minimum.accumulate(np.minimum(count, 0)) if len(count) else count  # a stray } closes nothing
    before = np.r_[0, depth[:-1]] if len(depth) else depth
    starts, ends = braces[opens & (before == 0)], braces[~opens & (before == 1)] + 1
    # Two braces that touch inside an object: the first one's end is missing.
    torn = braces[1:][(np.diff(braces) == 1) & ~opens[:-1] & opens[1:] & (depth[:-1] > 0)]
    border = int(torn[0]) if len(torn) else _first_doubt(raw, starts, ends)
    if border is not None:
        starts, ends = starts[starts < border], ends[ends <= border]
        ends = np.r_[ends, border] if len(ends) < len(starts) else ends
        return *_with_gaps(raw, starts, ends, border), border, True
    starts = starts[: len(ends)]
    used = len(raw) if whole and len(starts) == (opens & (before == 0)).sum() else int(ends[-1]) if len(ends) else 0
    return *_with_gaps(raw, starts, ends, used), used, False


def _first_doubt(raw: Any, starts: Any, ends: Any) -> int | None:
    """Return where the next object seems to begin inside one that cannot be read, such as one with a lost quote."""
    if not len(ends):
        return None
    doubt = np.flatnonzero(_touching(raw) | _at_line(raw))
    at = np.searchsorted(starts[: len(ends)], doubt, side="left") - 1
    inside = (at >= 0) & (doubt < ends[np.maximum(at, 0)])
    for record in np.unique(at[inside]):
        if not _is_json(raw[starts[record] : ends[record]].tobytes()):
            return int(doubt[inside][at[inside] == record][0])
    return None


def _broken(data: bytes, *, is_all: bool, every: bool) -> tuple[Any, Any, int, bool]:
    """Return an object without end: up to where the next one seems to begin; without such a place, `is_all` of it.

    With `every`, cut at all places where one seems to begin.
    """
    raw = np.frombuffer(data, dtype="u1")
    begin = data.find(b"{")
    seeming = np.flatnonzero(_touching(raw) | _at_line(raw))
    seeming = seeming[seeming > begin]
    borders = seeming if every else seeming[:1]
    if not is_all and not len(borders):
        return seeming, seeming, 0, False
    if begin < 0 or not len(borders):
        whole = np.array([begin] if begin >= 0 else [], dtype="i8")
        return *_with_gaps(raw, whole, np.full(len(whole), len(data)), len(data)), len(data), True
    starts, ends = np.r_[begin, borders[:-1]], borders
    closes = np.flatnonzero(raw == CLOSE)
    last = np.searchsorted(closes, ends) - 1  # what stands behind the last } of an object is between objects
    closed = closes[np.maximum(last, 0)] + 1 if len(closes) else starts
    ends = np.where((last >= 0) & (closed > starts) & every, closed, ends)
    return *_with_gaps(raw, starts, ends, int(borders[-1])), int(borders[-1]), True


def _with_gaps(raw: Any, starts: Any, ends: Any, used: int) -> tuple[Any, Any]:
    """Return the objects with the stretches between them that hold more than blanks, commas and list brackets."""
    left, right = np.r_[0, ends], np.r_[starts, used]
    positions = between(left, right)
    strange = positions[~_FILLER[raw[positions]]]
    if not len(strange):
        return starts, ends
    gap = np.unique(np.searchsorted(left, strange, side="right") - 1)
    order = np.argsort(np.r_[starts, left[gap]], kind="stable")
    return np.r_[starts, left[gap]][order], np.r_[ends, right[gap]][order]


def _touching(raw: Any) -> Any:
    """Return (mask) every { right behind a }."""
    return np.r_[False, (raw[1:] == OPEN) & (raw[:-1] == CLOSE)] if len(raw) else np.zeros(0, dtype=bool)


def _at_line(raw: Any) -> Any:
    """Return (mask) every { a line begins with."""
    return np.r_[False, (raw[1:] == OPEN) & (raw[:-1] == NEWLINE)] if len(raw) else np.zeros(0, dtype=bool)


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
