"""XLSX for people: typed cells, header fixed and filtered, a chart where the export has one, a sheet About.

Texts are always texts: never a formula, never a link. What Excel could not hold unchanged is no silent loss: numbers of
more than 15 digits and dates before 1900 become texts, a text or sheet that is too long is an error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from schemas.errors import CallqaError

if TYPE_CHECKING:
    import pyarrow as pa
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from flows.write import Chart, Sheet

BINARY = True
CARRIES_ABOUT = True
MAX_ROWS, MAX_TEXT, MAX_DIGITS, MAX_WIDTH = 1_048_576, 32_767, 15, 60
# Nothing is guessed from a text's look. Rows go through private temporary files, so memory stays bounded.
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
    """Write the sheets. Raises CallqaError when there are more rows or longer texts than a sheet holds."""
    import xlsxwriter

    place = {"constant_memory": True, "tmpdir": str(sheet.scratch)} if sheet.scratch else {"in_memory": True}
    with xlsxwriter.Workbook(sink, _SAFE | place) as book:
        book.set_calc_mode("manual")
        page = book.add_worksheet("Rows")
        charted = Charted(sheet.chart)
        count = _rows(book, page, rows, charted)
        if sheet.chart and charted.first:
            _chart(book, rows.schema.names, sheet.chart, charted)
        _about(book, rows.schema.names, sheet)
    return count


@dataclass
class Charted:
    """The lines of the sheet a chart shows, found while they are written: the first that follow each other."""

    chart: Chart | None
    first: int = 0
    last: int = 0

    def see(self, line: int, names: list[str], row: tuple[Any, ...]) -> None:
        """Take note of a line."""
        wanted = self.chart.rows if self.chart else {}
        if not wanted or (self.first and self.last < line - 1):
            return
        values = dict(zip(names, row, strict=True))
        if all(str(values[name]) == value for name, value in wanted.items()):
            self.first, self.last = self.first or line, line


def _chart(book: Workbook, names: list[str], chart: Chart, charted: Charted) -> None:
    along, value = names.index(chart.along), names.index(chart.value)
    made = book.add_chart({"type": "line"})
    made.add_series(
        {
            "categories": ["Rows", charted.first, along, charted.last, along],
            "values": ["Rows", charted.first, value, charted.last, value],
            "marker": {"type": "circle"},
        }
    )
    made.set_title({"name": chart.title, "name_font": {"size": 12}})
    made.set_legend({"none": True})
    made.set_x_axis({"date_axis": True, "num_format": "yyyy-mm-dd"})
    book.add_worksheet("Chart").insert_chart("B2", made, {"x_scale": 1.6, "y_scale": 1.4})


def _rows(book: Workbook, page: Worksheet, rows: pa.RecordBatchReader, charted: Charted) -> int:
    bold = book.add_format({"bold": True, "bottom": 1})
    names = rows.schema.names
    formats: dict[type, Format] = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    widths = [len(name) + 3 for name in names]
    for column, name in enumerate(names):
        _cell(page, 0, column, name, formats, name, bold)
    line = 0
    for batch in rows:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            line += 1
            if line >= MAX_ROWS:
                raise CallqaError(f"a sheet holds {MAX_ROWS - 1:,} rows; there are more", fix="Use csv or parquet.")
            charted.see(line, names, row)
            for column, value in enumerate(row):
                _cell(page, line, column, value, formats, names[column])
                if line <= 200:
                    widths[column] = max(widths[column], len(str(value)) + 1)
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width, MAX_WIDTH))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, line, max(len(names) - 1, 0))
    return line


def _cell(
    page: Worksheet,
    row: int,
    column: int,
    value: Any,
    formats: dict[type, Format],
    name: str,
    bold: Format | None = None,
) -> None:
    value = _held(value)
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal):
        page.write_number(row, column, value)
    elif isinstance(value, datetime | date):
        page.write_datetime(row, column, value, formats[type(value)])
    else:
        if len(value) > MAX_TEXT // 2 and len(value.encode("utf-16-le")) // 2 > MAX_TEXT:
            what = f"a cell holds {MAX_TEXT:,} characters: row {row}, column {name} has {len(value):,}"
            raise CallqaError(what, fix="Use csv or parquet.")
        page.write_string(row, column, value, bold)


def _held(value: Any) -> Any:
    """Return the value as Excel can hold it unchanged; what it cannot becomes a text. Times are UTC."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        digits = len(Decimal(value).normalize().as_tuple().digits)
        return value if digits <= MAX_DIGITS else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return plain if plain.year >= 1900 and plain.microsecond % 1000 == 0 else value.isoformat()
    if isinstance(value, date):
        return value if value.year >= 1900 else value.isoformat()
    return str(value)


def _about(book: Workbook, names: list[str], sheet: Sheet) -> None:
    page, bold = book.add_worksheet("About"), book.add_format({"bold": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 100)
    lines = [("Title", sheet.title), *sheet.about]
    meanings = [(name, sheet.columns[name]) for name in names if name in sheet.columns]
    for row, (label, text) in enumerate([*lines, *([("Columns", "")] if meanings else []), *meanings]):
        page.write_string(row, 0, label, bold)
        page.write_string(row, 1, text, wrap)
