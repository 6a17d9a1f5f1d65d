"""Parquet: typed, compressed, for machines. Titles and meanings of the columns stand in its metadata too."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from flows.write import Sheet

BINARY = True
CARRIES_ABOUT = False


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write all rows, one row group a batch."""
    fields = [
        found.with_metadata({"description": sheet.columns[found.name]}) if found.name in sheet.columns else found
        for found in rows.schema
    ]
    schema = pa.schema(fields, metadata={"title": sheet.title} | dict(sheet.about))
    count = 0
    with pq.ParquetWriter(sink, schema, compression="zstd") as out:
        for batch in rows:
            out.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            count += batch.num_rows
    return count
