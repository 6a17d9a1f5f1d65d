"""The bytes of single records, fetched from a landed file, as text to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from schemas.packed import HEAD_BYTES, packing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_BYTES = 65_536
_SKIP_BYTES = 1 << 20


def raw_text(path: Path, start: int, end: int) -> str:
    """Return bytes `start` to `end` (not included) of a file as text; see `raw_texts`."""
    return next(raw_texts(path, [(start, end)]))


def raw_texts(path: Path, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield the text of each span (first byte, byte after the last) of a file; spans come in the order of their start.

    Positions in packed files count the unpacked bytes. A text is decoded as UTF-8, with U+FFFD for what is
    none, and cut after 65536 bytes.
    """
    with path.open("rb") as plain:
        packed = packing(plain.read(HEAD_BYTES))
    stream = pa.input_stream(str(path), compression=packed)
    with stream:
        # Spans may overlap (two records of one line), so the last window stays at hand.
        window, window_start = b"", 0
        for start, end in spans:
            wanted = min(end, start + MAX_BYTES)
            if start > window_start + len(window):
                _skip(stream, start - window_start - len(window))
                window, window_start = b"", start
            window = window[max(0, start - window_start) :]
            window_start = start
            if wanted > start + len(window):
                window += stream.read(wanted - start - len(window))
            yield window[: wanted - start].decode("utf-8", "replace")


def _skip(stream: pa.NativeFile, count: int) -> None:
    while count > 0:
        got = len(stream.read(min(count, _SKIP_BYTES)))
        if not got:
            return
        count -= got
