"""Events of an Asterisk queue_log as rows, whatever they were written in; and the settings its formats share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.checked import Checked
from flows.reading.contract import About
from flows.reading.convert import nfc
from flows.reading.encodings import check_encoding
from schemas.errors import MappingError, Where

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.records import Columns
    from flows.reading.times import Stamps

Array = Any
Direction = Literal["inbound", "outbound", "internal"]
FIELDS = ("time", "call", "queue", "agent", "verb", "args")
_NOBODY = ("", "NONE")


@dataclass(frozen=True)
class Settings:
    """What the formats of queue_log share. Names are compared as they are written.

    `agents` gives a member's name or interface the agent id used elsewhere, `queues` a queue the name used elsewhere.
    `directions` is by queue, as written; `direction` holds for all others.
    """

    agents: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    direction: Direction = "inbound"
    directions: dict[str, Direction] = field(default_factory=dict)
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        """Refuse encodings that cannot be read."""
        usable(self.encoding)


def usable(encoding: str) -> None:
    """Raise ValueError for an encoding in which lines cannot be told apart by their bytes."""
    try:
        check_encoding(encoding, Where())
    except MappingError as problem:
        raise ValueError(f"{problem.what}: {encoding!r}") from None


def about(title: str, *, local: bool) -> About:
    """Return what the formats of queue_log fill; `local`: the time may be a local one, whose offset is then known."""
    zone = " utc_offset_min time_flag" if local else ""
    return About(
        title,
        read={
            "queue_event": "happened_at call_id queue_name agent_name verb args",
            "interaction": f"source_id customer_id started_at answered_at ended_at queue_s{zone}",
            "leg": "answered_at ended_at ring_s talk_s wrap_s transfer_to",
            "agent_state": "reason started_at ended_at",
        },
        derived={
            "queue_event": f"system repeat_no queue agent_id direction{zone}{'' if local else ' text_flag'}",
            "interaction": "interaction_id channel direction queue outcome",
            "leg": "leg_id interaction_id leg_no agent_id queue started_at completed_at outcome transfer hangup_by "
            "extra",
            "agent_state": "agent_id queue state",
        },
    )


class Repeats:
    """Numbers events that stand again among the neighbours of the same time, so that each has a key of its own.

    Only neighbours count: where a file has the same stretch of a log twice, both stretches give the same keys. What is
    remembered is the last run of events of one time, because it may go on in the next block.
    """

    def __init__(self) -> None:
        """Start a file."""
        self.time: str | None = None
        self.seen: dict[str, int] = {}

    def number(self, time: Array, key: Array) -> Array:
        """Return 1 for each event, 2, 3, … where it was there before; `time` and `key` are texts, not empty."""
        length = len(key)
        same = np.r_[False, pc.equal(time[1:], time[:-1]).to_numpy(zero_copy_only=False)]
        run = np.cumsum(~same) - 1
        coded = key.dictionary_encode()
        code = coded.indices.to_numpy(zero_copy_only=False).astype("i8")
        pair = run * len(coded.dictionary) + code
        order = np.argsort(pair, kind="stable")
        first = np.r_[True, np.diff(pair[order]) != 0]
        number = np.empty(length, "i8")
        number[order] = np.arange(length) - np.maximum.accumulate(np.where(first, np.arange(length), 0)) + 1
        goes_on = time[0].as_py() == self.time
        if goes_on:
            at = np.flatnonzero(run == 0)
            number[at] += [self.seen.get(one, 0) for one in key.take(pa.array(at)).to_pylist()]
        self._remember(time, key, number, run, kept=goes_on and run[-1] == 0)
        return pa.array(number)

    def _remember(self, time: Array, key: Array, number: Any, run: Any, *, kept: bool) -> None:
        at = np.flatnonzero(run == run[-1])
        last = dict(zip(key.take(pa.array(at)).to_pylist(), number[at].tolist(), strict=True))
        self.time, self.seen = time[len(time) - 1].as_py(), (self.seen | last) if kept else last


def chunk(
    columns: Columns, file: SourceFile, settings: Settings, repeats: Repeats, stamps: Callable[[Array, Array], Stamps]
) -> Chunk:
    """Return rows of `queue_event` for records whose texts are in `columns` under FIELDS.

    `stamps` turns texts of times and call ids into points in time. A column `text_flag` is taken over.
    """
    if not len(columns.record_no):
        return Checked(columns, file).chunk({})
    time, call, queue, agent, verb, args = (columns.arrays[name] for name in FIELDS)
    args = pc.utf8_rtrim(args, "|")
    key = pc.binary_join_element_wise(time, call, queue, agent, verb, args, "|")
    made = stamps(time, call)
    found = Checked(columns, file)
    found.note("bad_time", "time", "seconds since 1970, or a time as 2026-03-02 08:00:00", made.bad, time)
    found.note("dst_gap", "time", "a time that exists in the time zone", made.gap, time)
    found.note("missing_field", "call id", "a call id, or NONE", pc.equal(call, ""))
    found.note("missing_field", "event", "the name of an event", pc.equal(verb, ""))
    length = len(time)
    row = {
        "system": pa.repeat(pa.scalar(file.system), length),
        "happened_at": made.values,
        "call_id": call,
        "queue_name": _some(queue),
        "agent_name": _some(agent),
        "verb": verb,
        "args": args,
        "repeat_no": repeats.number(time, key),
        "queue": named(queue, settings.queues),
        "agent_id": named(agent, settings.agents),
        "direction": _direction(queue, settings),
        "utc_offset_min": made.offset_min,
        "time_flag": pc.if_else(pc.is_valid(made.later), pa.scalar("dst_overlap"), pa.scalar(None, pa.string())),
    }
    if "text_flag" in columns.arrays:
        row["text_flag"] = columns.arrays["text_flag"]
    return found.chunk({"queue_event": row})


def named(names: Array, known: dict[str, str]) -> Array:
    """Return the names used elsewhere, the names themselves where none is given, NULL for NONE."""
    own = nfc(pc.if_else(_is_nobody(names), pa.scalar(None, pa.string()), names))
    return own if not known else pc.coalesce(_looked_up(names, known), own)


def _direction(queue: Array, settings: Settings) -> Array:
    given = pc.coalesce(_looked_up(queue, dict(settings.directions)), pa.scalar(settings.direction, pa.string()))
    return pc.if_else(_is_nobody(queue), pa.scalar(None, pa.string()), given)


def _is_nobody(names: Array) -> Array:
    return pc.is_in(names, value_set=pa.array(_NOBODY))


def _looked_up(names: Array, values: dict[str, str]) -> Array:
    at = pc.index_in(names, value_set=pa.array(list(values), pa.string()))
    return pa.array(list(values.values()), pa.string()).take(at)


def _some(names: Array) -> Array:
    return pc.if_else(pc.equal(names, ""), pa.scalar("NONE"), names)
