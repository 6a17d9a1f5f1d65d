"""CSV: UTF-8, comma, every text in quotes; NULL is an empty cell without quotes, an empty text `""`.

Texts a spreadsheet could run get an apostrophe in front (see flows/cells.py) unless `raw` is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
from pyarrow import csv

from flows.cells import guard

if TYPE_CHECKING:
    from flows.write import Sheet

BINARY = False
CARRIES_ABOUT = False


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write a header and all rows."""
    count = 0
    header = pa.array(rows.schema.names, pa.string())
    names = (header if sheet.raw else guard(header)).to_pylist()
    schema = pa.schema([pa.field(name, _kind(old.type)) for name, old in zip(names, rows.schema, strict=True)])
    with csv.CSVWriter(sink, schema) as out:
        for batch in rows:
            columns = [_column(column, sheet.raw) for column in batch.columns]
            out.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            count += batch.num_rows
    return count


def _kind(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_timestamp(kind) else kind


def _column(column: pa.Array, raw: bool) -> pa.Array:
    """Texts guarded, timestamps as ISO 8601 with their offset, all else as it is."""
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        zone = "Z" if column.type.tz else ""
        utc = column.cast(pa.timestamp("us", tz="UTC")) if column.type.tz else column.cast(pa.timestamp("us"))
        return pc.strftime(utc, format=f"%Y-%m-%dT%H:%M:%S{zone}")
    return guard(column) if pa.types.is_string(column.type) and not raw else column
