"""Nested transcripts: the turns of each record as utterances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.contract import conform
from flows.reading.fields import Converter, Problem
from flows.reading.kinds import turn_kind
from flows.reading.paths import follow, is_list, kept, list_items
from flows.reading.rows import prefixed
from flows.reading.times import not_before

if TYPE_CHECKING:
    from flows.reading.contract import SourceFile
    from flows.reading.mapping import Turns

Array = Any
_TIMES = ("start_ms", "end_ms")


@dataclass
class Said:
    """The turns of some records: their columns, and for each turn (numpy) its record's position and its number."""

    columns: dict[str, Array]
    parent: Any
    seq: Any


def said(converter: Converter, turns: Turns, started_at: Array | None) -> tuple[Said, list[Problem]]:
    """Convert nested transcripts. A record with an unusable turn is rejected as a whole: half a talk misleads.

    A turn's `start_ms` given as a point in time is counted from `started_at` of its record.
    """
    lists = _lists(converter, turns)
    if not is_list(lists):
        wrong = pc.is_valid(lists).to_numpy(zero_copy_only=False)
        problems = [Problem("wrong_shape", turns.source, "a list of turns", wrong)] if wrong.any() else []
        nothing = np.zeros(0, "i8")
        return Said({}, nothing, nothing), problems
    items, parent = list_items(lists)
    chosen = kept(items, turns.keep)
    parent, picked = parent[chosen], items.filter(pa.array(chosen))
    part = Converter(
        _struct_columns(picked), len(parent), converter.mapping, converter.file, turn_kind(), f"{turns.source}."
    )
    columns = part.all(turns.fields)
    converter.seen |= part.seen if len(parent) else {f"{turns.source}.{path}" for path in _sources(turns)}
    for name in _TIMES:
        if name in columns and pa.types.is_timestamp(columns[name].type):
            columns[name] = _since(columns[name], part.later[name], started_at, parent)
    problems = [_lifted(problem, f"{turns.source}.", parent, converter.length) for problem in part.problems]
    return Said(columns, parent, _numbered(parent)), problems


def utterances(
    made: Said, good: Any, kept_columns: dict[str, Array], origin: dict[str, Array], file: SourceFile
) -> pa.RecordBatch | None:
    """Return a batch of the turns of the records at positions `good` (numpy), or None when they have no turn.

    `kept_columns` and `origin` are of these records. A contact whose consent to recording the source asked for and
    did not get is loaded without its words.
    """
    place = np.full(int(max(good.max(initial=-1), made.parent.max(initial=-1))) + 2, -1, dtype="i8")
    allowed = np.ones(len(good), dtype=bool)
    if "consent" in kept_columns:
        allowed = pc.fill_null(kept_columns["consent"], False).to_numpy(zero_copy_only=False)
    place[good[allowed]] = np.flatnonzero(allowed)
    at = place[made.parent]
    mask = at >= 0
    if not mask.any():
        return None
    chosen, record = pa.array(mask), pa.array(at[mask])
    columns = {name: array.filter(chosen) for name, array in made.columns.items()}
    columns.setdefault("seq", pa.array(made.seq[mask]))
    columns["interaction_id"] = prefixed(kept_columns["source_id"], file).take(record)
    if "updated_at" in kept_columns:
        columns["updated_at"] = kept_columns["updated_at"].take(record)
    return conform("utterance", columns | {name: array.take(record) for name, array in origin.items()}, file)


def without_turns(made: Said, length: int, source: str) -> Problem:
    """Return the records that have no turn: as transcripts they hold nothing."""
    empty = np.bincount(made.parent, minlength=length)[:length] == 0
    return Problem("empty_transcript", source, "at least one turn", empty)


def _lists(converter: Converter, turns: Turns) -> Array:
    first, *rest = [turns.source] if turns.source in converter.columns else turns.source.split(".")
    found = follow(converter.columns[first], rest) if first in converter.columns else None
    if found is None:
        return pa.nulls(converter.length, pa.string())
    converter.seen.add(turns.source)
    if not is_list(found):
        converter.seen |= {f"{turns.source}.{path}" for path in _sources(turns)}
    return found


def _sources(turns: Turns) -> list[str]:
    return [path for one in turns.fields.values() for path in one.source]


def _struct_columns(items: Array) -> dict[str, Array]:
    if not pa.types.is_struct(items.type):
        return {}
    return {one.name: pc.struct_field(items, [at]) for at, one in enumerate(items.type)}


def _numbered(parent: Any) -> Any:
    """Number the turns of each record from 1."""
    if not len(parent):
        return np.zeros(0, "i8")
    starts = np.flatnonzero(np.r_[True, parent[1:] != parent[:-1]])
    return np.arange(len(parent)) - np.repeat(starts, np.diff(np.r_[starts, len(parent)])) + 1


def _since(stamps: Array, later: Array, started_at: Array | None, parent: Any) -> Array:
    if started_at is None:
        return pa.nulls(len(stamps), pa.int64())
    start = started_at.take(pa.array(parent))
    us = pc.subtract(not_before(stamps, later, start).cast(pa.int64()), start.cast(pa.int64()))
    return pc.divide(us, 1000)


def _lifted(problem: Problem, prefix: str, parent: Any, length: int) -> Problem:
    """Say of a record what is wrong with its first unusable turn."""
    mask = np.zeros(length, dtype=bool)
    mask[parent[problem.mask]] = True
    found: list[str | None] = [None] * length
    for at in np.flatnonzero(problem.mask)[::-1]:
        found[parent[at]] = problem.found[int(at)].as_py() if problem.found is not None else None
    return Problem(problem.rule, prefix + problem.field, problem.expected, mask, pa.array(found, pa.string()))
