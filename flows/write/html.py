"""HTML: one document that needs no network and runs nothing; a table, or what the export's own template makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from flows import documents

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.write import Sheet

BINARY = False
CARRIES_ABOUT = True


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write the document; it is made in memory."""
    text, count = documents.html(rows, sheet)
    sink.write(text.encode())
    return count
