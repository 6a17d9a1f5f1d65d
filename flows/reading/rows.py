"""Canonical rows of each record kind, from its converted fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert
from flows.reading.contract import SourceFile, conform
from flows.reading.fields import Converter, Problem, resolve
from flows.reading.mapping import targets
from schemas.tables import table

if TYPE_CHECKING:
    from flows.reading.mapping import Mapping

Array = Any
Columns = dict[str, Array]


def tables(mapping: Mapping, made: Columns, origin: Columns, file: SourceFile) -> dict[str, list[pa.RecordBatch]]:
    """Return batches by table for records whose fields are `made`."""
    kinds = {"call": _call, "interaction": _interaction, "leg": _leg, "utterance": _utterance, "survey": _survey}
    if mapping.record == "utterance" and mapping.turns:
        return {}
    build = kinds.get(mapping.record)
    if build:
        return build(made, origin, file)
    return {mapping.record: [conform(mapping.record, _own(mapping.record, made) | origin, file)]}


def _prefixed(made: Columns, name: str, file: SourceFile) -> Array:
    """Return `<system>:<id>`; NULL when there is no id (the rule `required` then sets the record aside)."""
    return pc.binary_join_element_wise(f"{file.system}:", made[name], "", null_handling="emit_null")


def _own(name: str, made: Columns) -> Columns:
    columns = {column.name for column in table(name).columns}
    return {key: array for key, array in made.items() if key in columns}


def _interaction(made: Columns, origin: Columns, file: SourceFile) -> dict[str, list[pa.RecordBatch]]:
    own = _own("interaction", made) | {"interaction_id": _prefixed(made, "source_id", file)}
    if "parent_id" in made:
        own["parent_id"] = _prefixed(made, "parent_id", file)
    length = len(made["source_id"])
    own.setdefault("channel", pa.repeat(pa.scalar("voice"), length))
    return {"interaction": [conform("interaction", own | origin, file)]}


def _leg(made: Columns, origin: Columns, file: SourceFile) -> dict[str, list[pa.RecordBatch]]:
    interaction_id = _prefixed(made, "source_id", file)
    length = len(interaction_id)
    number = made.get("leg_no", pa.repeat(pa.scalar(1, pa.int64()), length))
    own = _own("leg", made) | {
        "interaction_id": interaction_id,
        "leg_no": number,
        "leg_id": pc.binary_join_element_wise(interaction_id, number.cast(pa.string()), "/", null_handling="emit_null"),
        "outcome": made.get("outcome", pa.repeat(pa.scalar("handled"), length)),
    }
    return {"leg": [conform("leg", own | origin, file)]}


def _call(made: Columns, origin: Columns, file: SourceFile) -> dict[str, list[pa.RecordBatch]]:
    """One interaction, and one leg where an agent is named."""
    answered = made.get("answered")
    whole = {name: array for name, array in made.items() if name != "answered"}
    if answered is not None and "outcome" not in whole:
        text = pc.if_else(answered, pa.scalar("answered"), pa.scalar("abandoned"))
        whole["outcome"] = text
    out = _interaction(whole, origin, file)
    if "agent_id" not in made:
        return out
    named = pc.is_valid(made["agent_id"])
    if not pc.any(named).as_py():
        return out
    part = {name: array.filter(named) for name, array in whole.items() if name != "outcome"}
    if answered is not None:
        taken = pc.fill_null(answered, True)
        part["outcome"] = pc.if_else(taken, pa.scalar("handled"), pa.scalar("missed")).filter(named)
    return out | _leg(part, {name: array.filter(named) for name, array in origin.items()}, file)


def _utterance(made: Columns, origin: Columns, file: SourceFile) -> dict[str, list[pa.RecordBatch]]:
    own = _own("utterance", made) | {"interaction_id": _prefixed(made, "source_id", file)}
    return {"utterance": [conform("utterance", own | origin, file)]}


def _survey(made: Columns, origin: Columns, file: SourceFile) -> dict[str, list[pa.RecordBatch]]:
    own = _own("survey", made)
    own["survey_id"] = _prefixed(made, "survey_id" if "survey_id" in made else "source_id", file)
    if "source_id" in made:
        own["interaction_id"] = _prefixed(made, "source_id", file)
    return {"survey": [conform("survey", own | origin, file)]}


class Turns:
    """The turns of some records: converted columns, and for each turn the position of its record and its number."""

    def __init__(self, columns: Columns, parent: Any, seq: Any) -> None:
        """Keep the parts."""
        self.columns, self.parent, self.seq = columns, parent, seq


def turns(converter: Converter, mapping: Mapping) -> tuple[Turns, list[Problem]]:
    """Convert nested transcripts. A record with an unusable turn is rejected as a whole: half a talk misleads."""
    wanted = mapping.turns
    assert wanted is not None
    first, *rest = wanted.source.split(".")
    lists = converter.arrays.get(first, pa.nulls(converter.length))
    lists = resolve_list(lists, rest)
    if pa.types.is_null(lists.type):
        return Turns({}, np.zeros(0, "i8"), np.zeros(0, "i8")), []
    if not (pa.types.is_list(lists.type) or pa.types.is_large_list(lists.type)):
        mask = pc.is_valid(lists).to_numpy(zero_copy_only=False)
        return Turns({}, np.zeros(0, "i8"), np.zeros(0, "i8")), [
            Problem("bad_transcript", wanted.source, "a list of turns", mask)
        ]
    parent = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    inner = pc.list_flatten(lists)
    arrays = _struct_columns(inner)
    keep = np.ones(len(inner), dtype=bool)
    for path, values in wanted.keep.items():
        column = convert.as_text(arrays.get(path, pa.nulls(len(inner), pa.string())))
        keep &= pc.fill_null(pc.is_in(column, value_set=pa.array(values)), False).to_numpy(zero_copy_only=False)
    arrays = {name: array.filter(pa.array(keep)) for name, array in arrays.items()}
    parent = parent[keep]
    part = Converter(arrays, len(parent), mapping, converter.file, targets("utterance"))
    columns = {name: part.column(name, one) for name, one in wanted.fields.items()}
    problems = [_lifted(problem, wanted.source, parent, converter.length) for problem in part.problems]
    if len(parent):
        starts = np.flatnonzero(np.r_[True, parent[1:] != parent[:-1]])
        seq = np.arange(len(parent)) - np.repeat(starts, np.diff(np.r_[starts, len(parent)])) + 1
    else:
        seq = np.zeros(0, "i8")
    return Turns(columns, parent, seq), problems


def turn_rows(
    made: Turns, good: Array, kept: Columns, origin: Columns, file: SourceFile
) -> dict[str, list[pa.RecordBatch]]:
    """Return utterance rows of the records at positions `good`."""
    if not len(made.parent):
        return {}
    place = np.full(int(made.parent.max()) + 1, -1, dtype="i8")
    positions = good.to_numpy(zero_copy_only=False)
    positions_here = positions[positions <= made.parent.max()]
    place[positions_here] = np.arange(len(positions))[: len(positions_here)]
    at = place[made.parent]
    mask = at >= 0
    chosen, record = pa.array(mask), pa.array(at[mask])
    columns = {name: array.filter(chosen) for name, array in made.columns.items()}
    columns.setdefault("seq", pa.array(made.seq[mask].astype("i8")))
    columns["interaction_id"] = _prefixed(kept, "source_id", file).take(record)
    if "updated_at" in kept:
        columns["updated_at"] = kept["updated_at"].take(record)
    columns |= {name: array.take(record) for name, array in origin.items()}
    return {"utterance": [conform("utterance", columns, file)]} if mask.any() else {}


def resolve_list(array: Array, path: list[str]) -> Array:
    """Follow a dotted path of structs to the list of turns."""
    return resolve(array, path, None) if path else array


def _struct_columns(inner: Array) -> Columns:
    if not pa.types.is_struct(inner.type):
        return {"": inner}
    return {one.name: pc.struct_field(inner, one.name) for one in inner.type}


def _lifted(problem: Problem, path: str, parent: Any, length: int) -> Problem:
    """Say of a record what is wrong with its first unusable turn."""
    mask = np.zeros(length, dtype=bool)
    mask[parent[problem.mask]] = True
    found: list[str | None] = [None] * length
    for at in np.flatnonzero(problem.mask)[::-1]:
        found[parent[at]] = problem.found[int(at)].as_py() if problem.found is not None else None
    return Problem(problem.rule, f"{path}.{problem.field}", problem.expected, mask, pa.array(found, pa.string()))
