"""JSON: one array of objects; values as in JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from flows.write.jsonl import encode

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.write import Sheet

BINARY = False
CARRIES_ABOUT = False


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write the array, one row a line."""
    count = 0
    for batch in rows:
        for row in batch.to_pylist():
            sink.write((b"[\n" if count == 0 else b",\n") + encode(row))
            count += 1
    sink.write(b"\n]\n" if count else b"[]\n")
    return count
