"""Files of JSON documents, one or several, each read into rows of its own: for formats of one document a contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from flows.reading.blocks import Broken, length_problem
from flows.reading.contract import RECORD_COLUMNS, Chunk, conform, rejects
from flows.reading.convert import nfc
from flows.reading.json_envelope import opened
from flows.reading.json_objects import spans
from flows.reading.json_pick import Misfit
from flows.reading.json_strict import BadJson, parse
from flows.reading.mail_text import stacked
from schemas.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.reading.blocks import Span
    from flows.reading.contract import SourceFile

Rows = dict[str, list[dict[str, Any]]]


def chunks(
    file: SourceFile, rows_of: Callable[[dict[str, Any]], Rows | None], lists: tuple[str, ...] = ()
) -> Iterator[Chunk]:
    """Yield the documents of a file. `rows_of` returns rows by table, None for one to be ignored, or raises Misfit.

    `lists` names the lists the documents may stand in, where the file consists of pages.
    """
    with file.path.open("rb") as handle:
        for span in spans(opened(handle, file, *lists), file):
            yield _chunk(span, file, rows_of)


def _chunk(span: Span, file: SourceFile, rows_of: Callable[[dict[str, Any]], Rows | None]) -> Chunk:
    tables: Rows = {}
    broken: dict[int, Broken] = {}
    ignored = 0
    for position in range(len(span)):
        data = span.data[int(span.starts[position]) : int(span.ends[position])]
        made = _one(data, file, rows_of) if data.strip() else None
        if isinstance(made, Broken):
            broken[position] = made
            continue
        ignored += made is None
        place = (span.numbers[position], span.starts[position] + span.at, span.ends[position] + span.at)
        origin = dict(zip(RECORD_COLUMNS, map(int, place), strict=True))
        for name, rows in (made or {}).items():
            tables.setdefault(name, []).extend(row | origin for row in rows)
    refused = span.columns({}, np.zeros(0, "i8"), broken, 0).broken
    batches = {name: [_batch(name, rows, file)] for name, rows in tables.items() if rows}
    return Chunk(len(span), ignored, batches, rejects(refused, file))


def _one(data: bytes, file: SourceFile, rows_of: Callable[[dict[str, Any]], Rows | None]) -> Rows | Broken | None:
    if len(data) > file.record_bytes:
        return length_problem(len(data), file.record_bytes)
    try:
        made = rows_of(parse(data))
    except (BadJson, Misfit) as problem:
        return problem.why
    if made is None:
        return None
    values = [value for rows in made.values() for row in rows for value in row.values()]
    if not values:
        return Broken("empty_document", None, "something to read in it")
    marks = max((stacked(value) for value in values if isinstance(value, str)), default=0)
    return Broken("unreadable", f"{marks} combining marks in a row", "at most 64") if marks else made


def _batch(name: str, rows: list[dict[str, Any]], file: SourceFile) -> pa.RecordBatch:
    schema = table(name).arrow()
    arrays = {key: pa.array([row.get(key) for row in rows], schema.field(key).type) for key in rows[0]}
    return conform(name, {key: nfc(one) if pa.types.is_string(one.type) else one for key, one in arrays.items()}, file)
