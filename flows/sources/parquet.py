"""Parquet, by a mapping YAML. Typed columns are taken as typed, texts are converted like CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.reading.check_mapping import read_mapping
from flows.reading.contract import About
from flows.reading.convert import plain
from flows.reading.mapping import Mapping as Settings
from flows.reading.records import Columns, Records
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where as Place

ROWS = 65536

ABOUT = About("Parquet", mapped=True)


def settings(raw: Mapping[str, Any], where: Callable[[str], Place]) -> Settings:
    """Return the checked mapping."""
    return read_mapping(raw, where)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the rows of a file batch by batch; they have numbers but no bytes of their own."""
    if not file.path.stat().st_size:
        raise InputRefused("the file is empty", where=Where(file.name))
    records = Records(settings, file)
    yield from records.chunks(_batches(file, records))


def _batches(file: SourceFile, records: Records) -> Iterator[Columns]:
    try:
        with pq.ParquetFile(file.path, memory_map=False, page_checksum_verification=True) as opened:
            names = opened.schema_arrow.names
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise InputRefused("two columns of one name", where=Where(file.name), found=twice[0])
            records.check_names(names, all_known=True)
            number = 1
            for batch in opened.iter_batches(ROWS, use_threads=False):
                batch.validate(full=True)  # texts that are no UTF-8 are found here
                columns = _columns(batch, number)
                number += batch.num_rows
                yield columns
    except (pa.ArrowException, OSError) as problem:
        first = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        fix = "Write it again, unencrypted."
        where = Where(file.name)
        raise InputRefused("not a readable Parquet file", where=where, found=first[:200], fix=fix) from None


def _columns(batch: pa.RecordBatch, first_no: int) -> Columns:
    nothing = pa.nulls(batch.num_rows, pa.int64())
    return Columns(
        {name: plain(batch.column(at)) for at, name in enumerate(batch.schema.names)},
        pa.array(np.arange(first_no, first_no + batch.num_rows)),
        nothing,
        nothing,
        lambda row: json.dumps(batch.slice(row, 1).to_pylist()[0], ensure_ascii=False, default=str),
        read=batch.num_rows,
    )
