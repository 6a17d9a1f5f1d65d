"""Parquet, by a mapping YAML. Typed columns are taken as typed, texts are converted like CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.reading.mapping import Mapping as Settings
from flows.reading.mapping import read_mapping
from flows.reading.records import Columns, check_mapped, check_names, to_chunk
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile

ROWS = 65536


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return the checked mapping."""
    return read_mapping(raw, where)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the rows of a file batch by batch; they have numbers but no bytes of their own."""
    try:
        with pq.ParquetFile(file.path, memory_map=False) as opened:
            names = opened.schema_arrow.names
            check_names(names, settings, file)
            check_mapped(names, settings, file)
            number = 1
            for batch in opened.iter_batches(ROWS, use_threads=False):
                yield to_chunk(_columns(batch, number), settings, file)
                number += batch.num_rows
    except (pa.ArrowException, OSError, ValueError) as problem:
        first = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise InputRefused("not a readable Parquet file", where=Where(file.name), found=first[:200]) from None


def _columns(batch: pa.RecordBatch, first_no: int) -> Columns:
    nothing = pa.nulls(batch.num_rows, pa.int64())
    return Columns(
        {name: batch.column(at) for at, name in enumerate(batch.schema.names)},
        pa.array(np.arange(first_no, first_no + batch.num_rows)),
        nothing,
        nothing,
        lambda row: json.dumps(batch.slice(row, 1).to_pylist()[0], ensure_ascii=False, default=str),
        read=batch.num_rows,
    )
