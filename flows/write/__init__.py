"""One module per output format, named like it: `--format csv` is `flows/write/csv.py`.

Bytes out, nothing about content: what is a document has a template. Each module is a `Writer`: BINARY and
CARRIES_ABOUT, and `write(rows, sink, sheet)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from schemas.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

HOME = Path(__file__).parent


@dataclass(frozen=True)
class Chart:
    """A line of `value` over `along`, of the first rows that follow each other with the values of `rows`."""

    title: str
    along: str
    value: str
    rows: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """What goes with the rows: a title, what they are (label, text), the meaning of the columns.

    `raw` leaves texts as they are, for machines. `scratch` is a private folder for temporary files of a writer.
    `template` makes the rows a document where the format is one, in `language`, from `since` to `until`; `chart` is for
    spreadsheets.
    """

    title: str = "Rows"
    about: tuple[tuple[str, str], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    raw: bool = False
    scratch: Path | None = None
    template: Path | None = None
    language: str = "en"
    chart: Chart | None = None
    since: date | None = None
    until: date | None = None


class Writer(Protocol):
    """What a module in flows/write provides."""

    BINARY: bool
    """Whether the bytes are nothing for a terminal."""
    CARRIES_ABOUT: bool
    """Whether `sheet.about` is inside the file; otherwise it goes into a file beside it."""

    def write(self, rows: pa.RecordBatchReader, sink: BinaryIO, sheet: Sheet) -> int:
        """Write all rows of plain types (see flows/rows.py) to `sink`; returns their number."""


def formats() -> list[str]:
    """Return the names of all formats."""
    return sorted(path.stem for path in HOME.glob("*.py") if path.stem != "__init__")


def writer(name: str) -> Writer:
    """Return the writer of a format. Raises UsageError naming the nearest one."""
    if name not in formats():
        raise UsageError("unknown format", found=name, fix=nearest(name, formats()))
    return cast("Writer", import_module(f"flows.write.{name}"))
