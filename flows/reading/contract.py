"""What goes into a reader and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from schemas.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from schemas.errors import Where

RECORD_COLUMNS = ("record_no", "byte_start", "byte_end")


@dataclass(frozen=True)
class SourceFile:
    """One landed file. `system` prefixes its ids; `timezone` is the site's, for sources that name none."""

    path: Path
    name: str
    file_id: str
    source: str
    system: str
    timezone: str
    record_bytes: int = 16 << 20


@dataclass(frozen=True)
class About:
    """What a format is, and which columns it fills; all others stay NULL, because the source does not know them.

    `read` and `derived` list columns by table, separated by blanks: taken from a field, or computed from several. The
    tables are those people query, also where SQL makes their rows from stored events. `mapped`: the columns are those
    the site's mapping YAML names. `streams`: a file of any size is read in pieces; otherwise it is one record.
    """

    title: str
    read: dict[str, str] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    mapped: bool = False
    streams: bool = True


@dataclass
class Chunk:
    """Some consecutive records: how many were read, which of them were declared ignored, and their rows.

    Every record read is ignored, or has rows in `tables`, or has rows in `rejects`; a record in `rejects` must have no
    row in `tables`. `tables` holds batches in the declared Arrow schema (`conform` makes them so).
    """

    read: int
    ignored: int = 0
    tables: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)
    rejects: pa.RecordBatch | None = None


class Reader(Protocol):
    """What a module in flows/sources provides, besides a docstring whose first sentence says what it reads."""

    ABOUT: About

    def settings(self, raw: Mapping[str, Any], where: Callable[[str], Where]) -> Any:
        """Return checked settings; `where` tells the place of a dotted key."""

    def read(self, file: SourceFile, settings: Any) -> Iterator[Chunk]:
        """Yield the file's records as canonical rows."""


def conform(name: str, columns: Mapping[str, pa.Array | pa.ChunkedArray], file: SourceFile) -> pa.RecordBatch:
    """Return a batch in the declared schema of table `name`: missing columns NULL, source and file filled in.

    Raises KeyError for a column the table does not have, and pyarrow's own errors for a wrong type: both are faults of
    the reader, not of the file.
    """
    schema = table(name).arrow()
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise KeyError(f"{name} has no column {sorted(unknown)}")
    rows = len(next(iter(columns.values())))
    arrays = []
    for wanted in schema:
        if wanted.name in ("source", "file_id"):
            value = file.source if wanted.name == "source" else file.file_id
            arrays.append(pa.repeat(pa.scalar(value, pa.string()), rows))
        elif wanted.name in columns:
            array = columns[wanted.name]
            array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
            arrays.append(array if array.type == wanted.type else array.cast(wanted.type))
        else:
            arrays.append(pa.nulls(rows, wanted.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def rejects(rows: list[dict[str, Any]], file: SourceFile) -> pa.RecordBatch | None:
    """Return rejects as a batch: dicts with rule, field, found, expected, raw, record_no, byte_start, byte_end."""
    if not rows:
        return None
    schema = table("reject").arrow()
    full = [{"source": file.source, "file_id": file.file_id, **row} for row in rows]
    return pa.RecordBatch.from_pylist(full, schema=schema)
