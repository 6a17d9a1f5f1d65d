"""vCons, one JSON object a line: what stands in the column `vcon`, as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from schemas.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.write import Sheet

BINARY = False
CARRIES_ABOUT = False
COLUMN = "vcon"


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write one line a row. Raises UsageError for rows that are no vCons."""
    if COLUMN not in rows.schema.names:
        raise UsageError("these rows are no vCons", fix="Use this format with `callqa export vcon`.")
    count = 0
    for batch in rows:
        sink.writelines(document.encode() + b"\n" for document in batch.column(COLUMN).to_pylist())
        count += batch.num_rows
    return count
