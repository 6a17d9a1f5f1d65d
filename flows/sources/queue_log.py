"""Asterisk queue_log: the file of queue events, one a line, fields separated by |. See docs/sources/queue_log.md."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import queue_events, times
from flows.reading.blocks import NEWLINE, Broken, Span, Window, length_problem, read_span
from flows.reading.encodings import is_utf8
from flows.reading.queue_events import FIELDS, Repeats
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.records import Columns
    from schemas.errors import Where

Array = Any
ABOUT = queue_events.about("Asterisk queue_log file", local=False)
_EPOCH = times.Spelling("epoch_s", None, None, "UTC")
_FEWEST = len(FIELDS) - 1


@dataclass(frozen=True)
class Settings(queue_events.Settings):
    """`fallback_encoding` is for lines that are not in `encoding`; an empty one refuses them."""

    fallback_encoding: str = "iso8859-1"

    def __post_init__(self) -> None:
        """Refuse encodings that cannot be read."""
        super().__post_init__()
        if self.fallback_encoding:
            queue_events.usable(self.fallback_encoding)


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the events of a file as rows of `queue_event`, about 8 MB of it at a time."""
    repeats = Repeats()
    with file.path.open("rb") as handle:
        for columns in _columns(Window(handle, file), file, settings):
            yield queue_events.chunk(columns, file, settings, repeats, _stamps)


def _stamps(time: Array, _: Array) -> times.Stamps:
    return times.stamps([time], _EPOCH)


def _columns(window: Window, file: SourceFile, settings: Settings) -> Iterator[Columns]:
    """Yield all lines of a file, many at a time."""
    fast, slow = partial(_fast, file=file, settings=settings), partial(_slow, file=file, settings=settings)
    while True:
        ends = np.flatnonzero(np.frombuffer(window.data, dtype="u1") == NEWLINE) + 1
        if window.final and window.data and not window.data.endswith(b"\n"):
            ends = np.r_[ends, len(window.data)]
        if len(ends):
            span = window.span(np.r_[0, ends[:-1]], ends, settings.encoding)
            yield from read_span(span, fast, slow)
            window.drop(int(ends[-1]))
        elif len(window.data) > file.record_bytes:
            yield window.too_long(settings.encoding)
        if window.final:
            if not window.data:
                return
        else:
            window.grow()


def _fast(span: Span, file: SourceFile, settings: Settings) -> Columns | None:
    """Read lines with Arrow; None when one of them is not like the others."""
    data = span.bytes()
    if b"\0" in data or not data.endswith(b"\n") or (span.ends - span.starts > file.record_bytes).any():
        return None
    ends = span.ends - int(span.starts[0])
    if not is_utf8(settings.encoding):
        try:
            data = data.decode(settings.encoding).encode()
        except UnicodeDecodeError:
            return None
        ends = np.flatnonzero(np.frombuffer(data, dtype="u1") == NEWLINE) + 1
    offsets = pa.py_buffer(np.r_[0, ends].astype("i4").tobytes())
    raw = pa.Array.from_buffers(pa.binary(), len(ends), [None, offsets, pa.py_buffer(data)])
    try:
        lines = pc.utf8_rtrim(raw.cast(pa.string()), "\r\n")
    except pa.ArrowInvalid:  # not UTF-8
        return None
    parts = pc.split_pattern(lines, "|", max_splits=_FEWEST)
    at = parts.offsets.to_numpy(zero_copy_only=False)
    count, blank = np.diff(at), span.blank()
    good = np.flatnonzero(~blank & (count >= _FEWEST))
    broken = {int(one): _too_few(count[one]) for one in np.flatnonzero(~blank & (count < _FEWEST))}
    values, first = parts.values, at[:-1][good]
    arrays = {name: values.take(pa.array(first + number)) for number, name in enumerate(FIELDS[:_FEWEST])}
    rest = values.take(pa.array(first + _FEWEST, mask=count[good] <= _FEWEST))
    return span.columns(arrays | {FIELDS[_FEWEST]: pc.fill_null(rest, "")}, good, broken, int(blank.sum()))


def _slow(span: Span, file: SourceFile, settings: Settings) -> Columns:
    """Read lines one by one."""
    good, rows, broken = [], [], {}
    blank = span.blank()
    for position in np.flatnonzero(~blank):
        line = span.data[int(span.starts[position]) : int(span.ends[position])]
        made = _line(line, file, settings)
        if isinstance(made, Broken):
            broken[int(position)] = made
        else:
            good.append(position)
            rows.append(made)
    columns = list(zip(*rows, strict=True)) or [()] * (len(FIELDS) + 1)
    names = (*FIELDS, "text_flag")
    arrays = {name: pa.array(columns[number], pa.string()) for number, name in enumerate(names)}
    return span.columns(arrays, np.array(good, dtype="i8"), broken, int(blank.sum()))


def _line(line: bytes, file: SourceFile, settings: Settings) -> list[str | None] | Broken:
    if len(line) > file.record_bytes:
        return length_problem(len(line), file.record_bytes)
    if b"\0" in line:
        return Broken("nul_byte", "a byte 0x00", "text")
    if not line.endswith(b"\n"):  # 22 may be the beginning of 224
        return Broken("cut_line", "no line end", "a whole line; a log copied while it is written ends in a part of one")
    flag, fields = None, []
    for field in line.rstrip(b"\r\n").split(b"|"):  # a line may have names of two encodings side by side
        try:
            fields.append(field.decode(settings.encoding))
            continue
        except UnicodeDecodeError as problem:
            byte = f"byte 0x{field[problem.start]:02x}"
        try:
            fields.append(field.decode(settings.fallback_encoding or settings.encoding))
        except UnicodeDecodeError:
            tried = " or ".join(one for one in (settings.encoding, settings.fallback_encoding) if one)
            return Broken("bad_encoding", byte, f"text in {tried}")
        flag = "fallback"
    if len(fields) < _FEWEST:
        return _too_few(len(fields))
    return [*fields[:_FEWEST], "|".join(fields[_FEWEST:]), flag]


def _too_few(count: int) -> Broken:
    return Broken("field_count", f"{count} fields", f"at least {_FEWEST} fields: time, call id, queue, agent, event")
