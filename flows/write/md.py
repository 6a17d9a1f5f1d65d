"""Markdown: what the export's own template makes of the rows, else a table, numbers to the right.

Characters that mean something to Markdown or HTML are written as entities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from flows import documents
from flows.cells import unmarked
from flows.write.table import numeric, shown

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.write import Sheet

BINARY = False
CARRIES_ABOUT = False


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write the document; or header, alignment and one line a row."""
    if sheet.template and (own := sheet.template.with_suffix(".md")).exists():
        text, number = documents.markdown(rows, sheet, own)
        sink.write(text.encode())
        return number
    count = 0
    rules = ["---:" if numeric(field.type) else "---" for field in rows.schema]
    sink.write(_line([unmarked(name) for name in rows.schema.names]) + _line(rules))
    for batch in rows:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sink.write(_line([unmarked(shown(value)) for value in row]))
            count += 1
    return count


def _line(cells: list[str]) -> bytes:
    return f"| {' | '.join(cells)} |\n".encode()
