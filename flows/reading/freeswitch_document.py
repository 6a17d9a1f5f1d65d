"""FreeSWITCH legs that stand as one document each, JSON or XML: brought to columns named like the variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import numpy as np
import pyarrow as pa

from flows.reading import freeswitch
from flows.reading.blocks import Broken, length_problem
from flows.reading.contract import About
from flows.reading.json_pick import Misfit
from flows.reading.json_strict import BadJson

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.reading.blocks import Span
    from flows.reading.contract import Chunk, SourceFile

Document = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Settings(freeswitch.Leg):
    """`[sources.settings]`. `url_encoded`: values are percent-encoded, as the modules write them by default."""

    url_encoded: bool = True


def about(title: str, *, streams: bool) -> About:
    """Return what the documents fill."""
    return About(
        title,
        read={
            "call_record": (
                "record_id channel_id peer_id channel peer_channel caller called app started_at answered_at ended_at "
                "duration_s billed_s hangup_cause queue queue_joined_at queue_answered_at queue_left_at hold_s extra"
            ),
            "interaction": "source_id queue started_at ended_at disposition extra",
            "leg": "queue answered_at ended_at hold_s extra",
        },
        derived={
            "call_record": (
                "system call_id direction queue_outcome agent_id agent_role is_taken is_voicemail offered_at taken_at "
                "ring_s talk_s hangup_by"
            ),
            "interaction": "interaction_id channel direction customer_id answered_at ivr_s queue_s outcome",
            "leg": "leg_id interaction_id leg_no agent_id started_at ring_s talk_s outcome hangup_by",
        },
        streams=streams,
    )


def chunk(span: Span, parse: Callable[[bytes], Document], settings: Settings, file: SourceFile) -> Chunk:
    """Return the rows and rejects of the documents in a span. `parse` returns values by name, or raises Misfit."""
    wanted = (*sorted(freeswitch.NAMES), *settings.keep)
    rows: list[dict[str, str]] = []
    good: list[int] = []
    broken: dict[int, Broken] = {}
    blank = span.blank()
    for position in np.flatnonzero(~blank):
        data = span.data[int(span.starts[position]) : int(span.ends[position])]
        try:
            if len(data) > file.record_bytes:
                raise Misfit(*_too_long(len(data), file.record_bytes))
            rows.append(_values(parse(data), wanted, settings))
            good.append(int(position))
        except (Misfit, BadJson) as problem:
            broken[int(position)] = problem.why
    arrays = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in dict.fromkeys(wanted)}
    part = span.columns(arrays, np.array(good, dtype="i8"), broken, int(blank.sum()))
    return freeswitch.chunk(part, settings, file)


def _too_long(found: int, limit: int) -> tuple[str, str | None, str]:
    why = length_problem(found, limit)
    return why.rule, why.found, why.expected


def _values(document: Document, wanted: tuple[str, ...], settings: Settings) -> dict[str, str]:
    """Return the values wanted; one that stands twice must be the same both times."""
    out = {}
    for name in wanted:
        found = list(dict.fromkeys(document.get(name, ())))
        if len(found) > 1:
            shown = f"{found[0][:50]!r} and {found[1][:50]!r}"
            raise Misfit("stands_twice", shown, "one value", name)
        if found:
            out[name] = _decoded(found[0], name) if settings.url_encoded else found[0]
    return out


def _decoded(text: str, name: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as problem:
        byte = f"byte 0x{problem.object[problem.start]:02x}"
        raise Misfit("bad_encoding", byte, "UTF-8, percent-encoded", name) from None


def add(document: Document, name: str, value: Any) -> None:
    """Put one value to a document; an empty one is none."""
    if value is None or value == "":
        return
    if isinstance(value, dict | list):
        raise Misfit("wrong_shape", "a list" if isinstance(value, list) else "an object", "a single value", name)
    document.setdefault(name, []).append(str(value))
