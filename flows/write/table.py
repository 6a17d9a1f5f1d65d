"""Table for the eye: NULL is –, numbers stand to the right, control characters are shown instead of obeyed.

On a terminal long texts fold; into a pipe or file every row is one line and nothing is cut.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from flows.cells import visible

if TYPE_CHECKING:
    from flows.write import Sheet

BINARY = False
CARRIES_ABOUT = False
NULL = "–"


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write all rows as one table."""
    from io import TextIOWrapper

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for field in rows.schema:
        justify = "right" if numeric(field.type) else "left"
        table.add_column(Text(visible(field.name)), justify=justify, overflow="fold")  # type: ignore[arg-type]
    for batch in rows:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            table.add_row(*(Text(visible(shown(value))) for value in row))
    on_terminal = sink.isatty()
    text = TextIOWrapper(sink, encoding="utf-8", errors="backslashreplace", write_through=True)
    console = Console(file=text, highlight=False, width=None if on_terminal else 1_000_000)
    console.print(table)
    text.detach()
    return table.row_count


def numeric(kind: pa.DataType) -> bool:
    """Tell whether cells of this type stand to the right."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def shown(value: Any) -> str:
    """Return a value as people read it: three decimals, below 1 four digits, times to the second, NULL as –."""
    if value is None:
        return NULL
    if isinstance(value, float | Decimal):
        text = f"{value:.3f}" if abs(float(value)) >= 1 else f"{value:.4g}"
        return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
