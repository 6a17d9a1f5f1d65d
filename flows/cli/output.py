"""Standard output is data, standard error is talk. A shortened result always says so."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import pyarrow as pa

TABLE_ROWS = 200
"""How many rows a table for the eye has unless --limit says otherwise."""


def say(text: str) -> None:
    """Say something to the person; never part of the data."""
    typer.echo(text, err=True)


def emit(rows: pa.RecordBatchReader, form: str, output: Path | None, limit: int | None, *, raw: bool = False) -> None:
    """Write rows in a format to a file or to standard output, at most `limit` (0: all), and say when there are more.

    Raises UsageError for an unknown format, or bytes that would go to a terminal.
    """
    from flows.write import Sheet, writer

    chosen = writer(form)
    most = (TABLE_ROWS if form == "table" else 0) if limit is None else limit
    counted = Shortened(rows, most)
    with opened(output, binary=chosen.BINARY) as sink:
        chosen.write(counted.reader(), sink, Sheet(raw=raw))
    if counted.more:
        say(f"The first {most} rows; there are more. --limit 0 shows all.")


def opened(output: Path | None, *, binary: bool) -> AbstractContextManager[BinaryIO]:
    """Return a context with the stream to write to. Raises UsageError when binary data would go to a terminal."""
    from flows.files import replacing

    if output is not None and str(output) != "-":
        return replacing(output)
    if binary and sys.stdout.isatty():
        raise UsageError("this format is nothing for a terminal", fix="Name a file with -o FILE.")
    return _standard_output()


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    sys.stdout.flush()
    stream = sys.stdout.buffer
    yield stream
    stream.flush()


class Shortened:
    """The first rows of a reader; `more` tells, once they are read, whether there were others."""

    def __init__(self, rows: pa.RecordBatchReader, most: int) -> None:
        """Keep at most `most` rows; 0 keeps all."""
        self.rows, self.most, self.more = rows, most, False

    def reader(self) -> pa.RecordBatchReader:
        """Return the shortened rows."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.rows.schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        left = self.most
        for batch in self.rows:
            if not self.most:
                yield batch
                continue
            if left:
                yield batch.slice(0, left)
            if batch.num_rows > left:
                self.more = True
                return
            left -= batch.num_rows


def show_json(value: Any) -> None:
    """Write one JSON value, indented, to standard output."""
    import orjson

    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def show_pairs(pairs: list[tuple[str, str]]) -> None:
    """Write labelled lines to standard output, labels in one column."""
    from flows.cells import visible

    width = max((len(label) for label, _ in pairs), default=0)
    for label, text in pairs:
        typer.echo(f"{label:<{width}}  {visible(text)}")
