"""Records as columns of a file, turned into canonical rows or rejects by a mapping.

`Columns` is what every format hands over: the file's own columns as Arrow arrays, with the place of each record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import rows, turns
from flows.reading.contract import RECORD_COLUMNS, Chunk, SourceFile, rejects
from flows.reading.extra import extra
from flows.reading.fields import Converter, Problem
from flows.reading.times import not_before
from schemas.errors import InputRefused, Where, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from flows.reading.mapping import Field, Mapping

Array = Any
RAW_CHARACTERS = 65536
SHOWN_NAMES = 20
_ENDS = ("answered_at", "ended_at", "completed_at")


@dataclass
class Columns:
    """Some records of a file, column by column; `raw` gives the text of the record at a position here.

    `read` counts all records, also those `ignored` and those `broken`, which are rejects already.
    """

    arrays: dict[str, Array]
    record_no: Array
    byte_start: Array
    byte_end: Array
    raw: Callable[[int], str]
    read: int
    ignored: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)


class Records:
    """Turns the columns of one file into chunks, and knows at its end which mapped column never came."""

    def __init__(self, mapping: Mapping, file: SourceFile) -> None:
        """Start a file."""
        self.mapping, self.file = mapping, file
        self.seen: set[str] = set()
        self.found: dict[str, None] = {}

    def check_names(self, names: Iterable[str], line: int | None = None, *, all_known: bool = False) -> None:
        """Refuse columns that are neither mapped nor ignored and, with `all_known`, mapped ones that are not there."""
        self.found |= dict.fromkeys(names)
        used = self.mapping.used()
        unknown = [name for name in self.found if name not in used and name not in self.mapping.ignore]
        where = Where(self.file.name, line=line)
        if unknown and self.mapping.extra == "refuse":
            raise InputRefused(
                "unknown column" if len(unknown) == 1 else f"{len(unknown)} unknown columns",
                where=where,
                found=", ".join(unknown),
                expected="every column to be mapped or listed under `ignore`",
                fix=nearest(unknown[0], used) + " Or set `extra: keep`.",
            )
        if all_known:
            wanted = {path for path, one, _ in self.mapping.paths() if not one.optional and path not in self.found}
            self._refuse_missing({path for path in wanted if path.partition(".")[0] not in self.found}, where)

    def chunks(self, parts: Iterable[Columns]) -> Iterator[Chunk]:
        """Yield chunks; at the end refuse the file if a mapped column never came, not even empty."""
        count = 0
        for columns in parts:
            count += len(columns.record_no)
            yield self._chunk(columns)
        if count:
            self._refuse_missing(self._needed() - self.seen, Where(self.file.name))

    def _needed(self) -> set[str]:
        """Return the paths that must have come; those in turns only if there was a list of turns at all."""
        needed = {path for path, one, _ in self.mapping.paths() if not one.optional}
        turns_ = self.mapping.turns
        if turns_ and turns_.source not in self.seen:
            needed = {path for path in needed if not path.startswith(f"{turns_.source}.")}
            needed |= set() if turns_.optional else {turns_.source}
        return needed

    def _refuse_missing(self, missing: set[str], where: Where) -> None:
        if missing:
            name, listed = min(missing), list(self.found)
            raise InputRefused(
                f"no column {name!r}" if len(missing) == 1 else f"no columns {sorted(missing)}",
                where=where,
                found=", ".join(listed[:SHOWN_NAMES]),
                fix=nearest(name, listed) + " If it may be absent, set `optional: true` in the mapping.",
            )

    def _chunk(self, columns: Columns) -> Chunk:
        """Convert records: good ones into rows of canonical tables, the others into rejects."""
        length = len(columns.record_no)
        if not length:
            return Chunk(columns.read, columns.ignored, rejects=rejects(columns.broken, self.file))
        converter = Converter(columns.arrays, length, self.mapping, self.file, self.mapping.kind)
        made = converter.all(self.mapping.columns)
        problems = converter.problems + _missing_id(made, self.mapping.columns)
        for name in _ENDS:
            if name in made and "started_at" in made:
                made[name] = not_before(made[name], converter.later[name], made["started_at"])
        if self.mapping.extra == "keep":
            used = self.mapping.used() | set(self.mapping.ignore)
            made["extra"] = extra({name: one for name, one in columns.arrays.items() if name not in used}, length)
        said = None
        if self.mapping.turns:
            said, more = turns.said(converter, self.mapping.turns, made.get("started_at"))
            problems += more
            if self.mapping.record == "utterance":
                problems.append(turns.without_turns(said, length, self.mapping.turns.source))
        self.seen |= converter.seen
        answers = []
        for question, fields in self.mapping.answers.items():
            answer = Converter(columns.arrays, length, self.mapping, self.file, self.mapping.kind)
            answers.append(answer.all(fields) | {"question": pa.repeat(pa.scalar(question), length)})
            problems += answer.problems
            self.seen |= answer.seen
        return self._split(columns, made, said, problems, answers)

    def _split(
        self,
        columns: Columns,
        made: dict[str, Array],
        said: turns.Said | None,
        problems: list[Problem],
        answers: list[dict[str, Array]],
    ) -> Chunk:
        bad = np.zeros(len(columns.record_no), dtype=bool)
        for problem in problems:
            bad |= problem.mask
        good = np.flatnonzero(~bad)
        broken = columns.broken + [one for at in np.flatnonzero(bad) for one in _rejected(columns, problems, int(at))]
        broken.sort(key=lambda one: one["record_no"])
        out = Chunk(columns.read, columns.ignored, rejects=rejects(broken, self.file))
        if not len(good):
            return out
        chosen = pa.array(good)
        origin = {name: getattr(columns, name).take(chosen) for name in RECORD_COLUMNS}
        kept = {name: array.take(chosen) for name, array in made.items()}
        if not (said and self.mapping.record == "utterance"):
            for answer in answers or [{}]:
                whole = kept | {name: array.take(chosen) for name, array in answer.items()}
                for name, batch in rows.tables(self.mapping.record, whole, origin, self.file).items():
                    out.tables.setdefault(name, []).append(batch)
        spoken = turns.utterances(said, good, kept, origin, self.file) if said else None
        if spoken is not None:
            out.tables["utterance"] = [spoken]
        return out


def _missing_id(made: dict[str, Array], fields: dict[str, Field]) -> list[Problem]:
    if "source_id" not in made:
        return []
    mask = pc.is_null(made["source_id"]).to_numpy(zero_copy_only=False)
    return [Problem("missing_id", fields["source_id"].label, "an id", mask)] if mask.any() else []


def _rejected(columns: Columns, problems: list[Problem], at: int) -> list[dict[str, Any]]:
    """Return the rejects of one record: every rule it broke, once a column."""
    place = {name: getattr(columns, name)[at].as_py() for name in RECORD_COLUMNS}
    place["raw"] = columns.raw(at)[:RAW_CHARACTERS]
    found = {(problem.rule, problem.field): problem.at(at) | place for problem in problems if problem.mask[at]}
    return list(found.values())
