"""Records as columns of a file, turned into canonical rows or rejects by a mapping.

`Columns` is what every format hands over: the file's own columns as Arrow arrays, with the place of each record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from flows.reading import rows
from flows.reading.contract import Chunk, SourceFile, rejects
from flows.reading.fields import Converter
from flows.reading.mapping import Mapping, targets
from schemas.errors import InputRefused, Where, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


Array = Any
RAW_CHARACTERS = 65536


@dataclass
class Columns:
    """Some records of a file, column by column. `raw` gives the text of the record at a position here."""

    arrays: dict[str, Array]
    record_no: Array
    byte_start: Array
    byte_end: Array
    raw: Callable[[int], str]
    read: int
    ignored: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)


def check_names(found: Iterable[str], mapping: Mapping, file: SourceFile, line: int | None = None) -> None:
    """Refuse a file that lacks a mapped column, or has one that is neither mapped nor declared ignored."""
    names = list(found)
    used = mapping.used()
    unknown = [name for name in names if name not in used and name not in mapping.ignore]
    if unknown and mapping.extra == "refuse":
        raise InputRefused(
            f"unknown column {unknown[0]!r}" + (f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""),
            where=Where(file.name, line=line),
            expected="every column to be mapped or listed under `ignore`",
            fix=nearest(unknown[0], used) + " Or set `extra: keep`.",
        )


def check_mapped(found: Iterable[str], mapping: Mapping, file: SourceFile) -> None:
    """Refuse a file without one of the mapped columns."""
    names = set(found)
    top = {path for one in mapping.columns.values() for path in one.source if path not in names}
    missing = sorted(path for path in top if path.split(".")[0] not in names)
    if missing:
        raise InputRefused(
            f"no column {missing[0]!r}",
            where=Where(file.name, line=1),
            found=", ".join(sorted(names)),
            fix=nearest(missing[0], names),
        )


def to_chunk(columns: Columns, mapping: Mapping, file: SourceFile) -> Chunk:
    """Convert records: good ones into rows of canonical tables, the others into rejects with every broken field."""
    if not len(columns.record_no):
        return Chunk(columns.read, columns.ignored, rejects=rejects(columns.broken, file))
    converter = Converter(columns.arrays, len(columns.record_no), mapping, file, targets(mapping.record))
    made = {name: converter.column(name, one) for name, one in mapping.columns.items()}
    made = converter.side | made
    if mapping.extra == "keep" and "extra" not in made:
        made["extra"] = converter.extra()
    turns, turn_problems = rows.turns(converter, mapping) if mapping.turns else (None, [])
    problems = converter.problems + turn_problems
    bad = np.zeros(len(columns.record_no), dtype=bool)
    for problem in problems:
        bad |= problem.mask
    found = list(columns.broken)
    for at in np.flatnonzero(bad):
        raw = columns.raw(int(at))[:RAW_CHARACTERS]
        place = {name: getattr(columns, name)[int(at)].as_py() for name in ("record_no", "byte_start", "byte_end")}
        found += [problem.at(int(at)) | place | {"raw": raw} for problem in problems if problem.mask[at]]
    good = pa.array(np.flatnonzero(~bad))
    origin = {name: getattr(columns, name).take(good) for name in ("record_no", "byte_start", "byte_end")}
    kept = {name: array.take(good) for name, array in made.items()}
    batches = rows.tables(mapping, kept, origin, file) if len(good) else {}
    if turns is not None and len(good):
        batches |= rows.turn_rows(turns, good, kept, origin, file)
    return Chunk(columns.read, columns.ignored, batches, rejects(found, file))
