"""Canonical rows of each record kind, from its converted fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.contract import conform
from schemas.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.reading.contract import SourceFile

    Build = Callable[[dict[str, Any], SourceFile], dict[str, Any]]

Array = Any
Columns = dict[str, Array]
Rows = dict[str, pa.RecordBatch]
Built = dict[str, tuple[Columns, Array | None]]  # by table: columns, and which records have a row there


def tables(record: str, made: Columns, origin: Columns, file: SourceFile) -> Rows:
    """Return one batch a table for records whose fields are `made` and whose places are `origin`."""
    special: dict[str, Build] = {
        "call": _call,
        "interaction": _interaction,
        "leg": _leg,
        "message": _message,
        "survey": _survey,
        "evaluation": _evaluation,
        "utterance": _utterance,
    }
    out: Rows = {}
    built: Built = special[record](made, file) if record in special else {record: (made, None)}
    for name, (columns, mask) in built.items():
        whole = _own(name, columns) | origin
        part = whole if mask is None else {key: array.filter(mask) for key, array in whole.items()}
        if len(part["record_no"]):
            out[name] = conform(name, part, file)
    return out


def prefixed(array: Array, file: SourceFile) -> Array:
    """Return `<system>:<id>`, NULL where there is no id."""
    return pc.binary_join_element_wise(f"{file.system}:", array, "", null_handling="emit_null")


def _own(name: str, made: Columns) -> Columns:
    columns = {column.name for column in table(name).columns}
    return {key: array for key, array in made.items() if key in columns}


def _interaction(made: Columns, file: SourceFile) -> Built:
    own = made | {"interaction_id": prefixed(made["source_id"], file)}
    if "parent_id" in made:
        own["parent_id"] = prefixed(made["parent_id"], file)
    return {"interaction": (own, None)}


def _call(made: Columns, file: SourceFile) -> Built:
    """One interaction, and one leg where an agent is named."""
    whole = dict(made)
    if "outcome" not in made and "answered" in made:
        whole["outcome"] = pc.if_else(made["answered"], pa.scalar("answered"), pa.scalar("abandoned"))
    out = _interaction(whole, file)
    if "agent_id" in made:
        leg = {name: array for name, array in made.items() if name not in ("outcome", "extra", "started_at")}
        leg["outcome"] = _leg_outcome(made)
        leg |= _offered_at(made)
        out |= {"leg": (_leg(leg, file)["leg"][0], pc.is_valid(made["agent_id"]))}
    return out


def _leg(made: Columns, file: SourceFile) -> Built:
    interaction_id = prefixed(made["source_id"], file)
    number = made.get("leg_no", pa.array(np.ones(len(interaction_id), dtype="i8")))
    leg_id = pc.binary_join_element_wise(interaction_id, number.cast(pa.string()), "/", null_handling="emit_null")
    own = made | {"interaction_id": interaction_id, "leg_no": number, "leg_id": leg_id}
    if "outcome" not in made:
        own["outcome"] = _leg_outcome(made)
    return {"leg": (own, None)}


def _leg_outcome(made: Columns) -> Array:
    """Return handled or missed; NULL where the source has a field that should say and does not.

    Talk proves that the agent took it where `answered` is unknown, or where the outcome is the contact's, which may
    have been abandoned after the talk. An agent named by a source that says nothing of the kind handled it.
    """
    length = len(made["source_id"])
    talked = pa.array(np.zeros(length, dtype=bool))
    if "talk_s" in made:
        talked = pc.fill_null(pc.greater(made["talk_s"], pa.scalar(0, pa.int64())), False)
    if "answered" in made:
        taken = made["answered"]
        taken = pc.if_else(pc.and_(pc.is_null(taken), talked), True, taken)
    elif "outcome" in made:
        taken = pc.or_kleene(pc.equal(made["outcome"], "answered"), pc.if_else(talked, True, pa.scalar(None)))
        taken = pc.if_else(pc.and_(pc.is_valid(made["outcome"]), pc.is_null(taken)), False, taken)
    else:
        taken = pa.array(np.ones(length, dtype=bool))
    return pc.if_else(taken, pa.scalar("handled"), pa.scalar("missed"))


def _offered_at(made: Columns) -> Columns:
    """Return `started_at` of the leg: when it began to ring, else when the agent took it; the contact began earlier."""
    if "answered_at" not in made:
        return {}
    answered = made["answered_at"]
    if "ring_s" not in made:
        return {"started_at": answered}
    ring = pc.multiply(made["ring_s"], pa.scalar(1_000_000, pa.int64())).cast(pa.int64())
    offered = pc.subtract(answered, pc.fill_null(ring, 0).cast(pa.duration("us")))
    return {"started_at": offered}


def _utterance(made: Columns, file: SourceFile) -> Built:
    return {"utterance": (made | {"interaction_id": prefixed(made["source_id"], file)}, None)}


def _message(made: Columns, file: SourceFile) -> Built:
    own = made | {"message_id": prefixed(made["source_id"], file)}
    own["system"] = pa.repeat(pa.scalar(file.system), len(made["source_id"]))
    if "body_text" in made:  # nothing said which part is quoted: all of it counts as new
        own.setdefault("body_new", made["body_text"])
    return {"message": (own, None)}


def _survey(made: Columns, file: SourceFile) -> Built:
    own = made | {"survey_id": prefixed(made["source_id"], file)}
    if "interaction_id" in made:
        own["interaction_id"] = prefixed(made["interaction_id"], file)
    return {"survey": (own, None)}


def _evaluation(made: Columns, file: SourceFile) -> Built:
    own = made | {"evaluation_id": prefixed(made["source_id"], file)}
    named = ("interaction_id", "leg_id", "contact_id")
    return {"evaluation": (own | {name: prefixed(made[name], file) for name in named if name in made}, None)}
