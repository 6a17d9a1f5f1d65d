"""JSON lines: one object a row. Dates are ISO 8601, exact decimals are numbers, NULL is null."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.write import Sheet

BINARY = False
CARRIES_ABOUT = False


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write one line a row."""
    count = 0
    for batch in rows:
        sink.writelines(encode(row) + b"\n" for row in batch.to_pylist())
        count += batch.num_rows
    return count


def encode(value: Any) -> bytes:
    """Return one value as JSON; timestamps in UTC end in Z."""
    return orjson.dumps(value, default=_other, option=orjson.OPT_UTC_Z)


def _other(value: Any) -> Any:
    """Give orjson what it does not know: decimals, and whole numbers beyond 64 bits."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return int(value) if whole and abs(value) < 2**63 else str(value) if whole else float(value)
    raise TypeError(type(value).__name__)
