"""What a reader yields, checked against its contract and written as Arrow files, one a table."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import core_tables, table

if TYPE_CHECKING:
    from pathlib import Path

    from flows.reading.contract import Chunk, SourceFile


class BrokenContract(Exception):
    """A reader yielded something it must not: a fault of the reader, never of the file."""


def path_of(folder: Path, at: int, name: str) -> Path:
    """Return where the rows of file number `at` for table `name` are written."""
    return folder / f"{at:06d}.{name}.arrow"


class Output:
    """The rows of one file. Use as a context manager; `counts()` closes the books and the files."""

    def __init__(self, folder: Path, at: int, file: SourceFile) -> None:
        """Write below `folder` for file number `at`; nothing is created until a row comes."""
        self._folder, self._at, self._file = folder, at, file
        self._writers: dict[str, Any] = {}
        self._numbers: list[pa.Array] = []
        self._last, self._ascending = 0, True
        self._sums = {"read": 0, "ignored": 0, "rejected": 0, "with_rows": 0}

    def __enter__(self) -> Output:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files; after a failure they are thrown away, so that closing may fail too."""
        for writer in self._writers.values():
            with contextlib.suppress(OSError):
                writer.close()

    def take(self, chunk: Chunk) -> None:
        """Check and write one chunk. Raises BrokenContract."""
        with_rows = self._records([(name, batch) for name, batches in chunk.tables.items() for batch in batches])
        rejected = self._records([("reject", chunk.rejects)] if chunk.rejects is not None else [])
        both = pc.sum(pc.is_in(with_rows, rejected)).as_py() or 0
        if both:
            raise BrokenContract(f"{both} records have rows and are rejected too")
        if chunk.ignored < 0 or chunk.read != chunk.ignored + len(rejected) + len(with_rows):
            raise BrokenContract(
                f"of {chunk.read} records read {chunk.ignored} were ignored, {len(rejected)} rejected, "
                f"and {len(with_rows)} have rows: that does not add up"
            )
        counted = (chunk.read, chunk.ignored, len(rejected), len(with_rows))
        for name, count in zip(self._sums, counted, strict=True):
            self._sums[name] += count
        self._note(pa.concat_arrays([with_rows, rejected]))

    def counts(self) -> dict[str, Any]:
        """Return records read, ignored, rejected and with_rows, and the names of `tables` with a file."""
        if not self._ascending:
            numbers = pa.concat_arrays(self._numbers)
            twice = len(numbers) - len(pc.unique(numbers))
            if twice:
                raise BrokenContract(f"{twice} record numbers come in more than one chunk")
        for writer in self._writers.values():
            writer.close()
        return {**self._sums, "tables": sorted(self._writers)}

    def _records(self, batches: list[tuple[str, pa.RecordBatch]]) -> pa.Array:
        """Write batches; return the distinct numbers of the records they belong to."""
        numbers = [pa.array([], pa.int64())]
        for name, batch in batches:
            self._check(name, batch)
            numbers.append(batch.column("record_no"))
            if batch.num_rows:
                self._writer(name).write_batch(batch)
        return pc.unique(pa.concat_arrays(numbers))

    def _check(self, name: str, batch: pa.RecordBatch) -> None:
        if name not in core_tables() and name != "reject":
            raise BrokenContract(f"there is no table {name}")
        if not batch.schema.equals(table(name).arrow()):
            raise BrokenContract(f"rows of {name} are not in the declared schema")
        numbers = batch.column("record_no")
        if numbers.null_count or (len(numbers) and pc.min(numbers).as_py() < 1):
            raise BrokenContract(f"rows of {name} have no record number from 1")
        if not pc.all(pc.equal(batch.column("file_id"), self._file.file_id), skip_nulls=False).as_py():
            raise BrokenContract(f"rows of {name} name another file")

    def _note(self, numbers: pa.Array) -> None:
        """Remember the chunk's record numbers; none may come again in a later chunk."""
        if not len(numbers):
            return
        ends = pc.min_max(numbers).as_py()
        self._ascending = self._ascending and ends["min"] > self._last
        self._last = max(self._last, ends["max"])
        self._numbers.append(numbers)

    def _writer(self, name: str) -> Any:
        if name not in self._writers:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            path = path_of(self._folder, self._at, name)
            self._writers[name] = pa.ipc.new_file(str(path), table(name).arrow(), options=options)
        return self._writers[name]
