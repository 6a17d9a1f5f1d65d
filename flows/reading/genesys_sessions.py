"""What the sessions of Genesys Cloud conversations say: their segments and metrics, added up by session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.json_records import Shape
from flows.reading.nested import order_of, span_ms

if TYPE_CHECKING:
    from flows.reading.blocks import Broken
    from flows.reading.nested import Items, NestedRecords

Array = Any
_T = pa.string()


def _list(fields: dict[str, Any]) -> Any:
    return pa.list_(pa.struct(list(fields.items())))


_SEGMENT = dict.fromkeys(
    ("segmentType", "segmentStart", "segmentEnd", "queueId", "wrapUpCode", "wrapUpNote", "disconnectType"), _T
)
_METRIC = {"name": _T, "value": pa.float64(), "emitDate": _T}
_SESSION = dict.fromkeys(("mediaType", "direction", "ani", "dnis", "addressFrom", "addressTo", "remote"), _T) | {
    "acwSkipped": pa.bool_(),
    "metrics": _list(_METRIC),
    "segments": _list(_SEGMENT),
}
_PARTICIPANT = dict.fromkeys(("purpose", "userId", "externalContactId"), _T) | {"sessions": _list(_SESSION)}
_SURVEY = dict.fromkeys(("surveyId", "surveyStatus", "surveyType", "surveyCompletedDate", "eventTime"), _T) | {
    "surveyPromoterScore": pa.float64(),
    "oSurveyTotalScore": pa.float64(),
}
_FIELDS: dict[str, Any] = dict.fromkeys(
    ("conversationId", "conversationStart", "conversationEnd", "originatingDirection"), _T
) | {
    "participants": _list(_PARTICIPANT),
    "surveys": _list(_SURVEY),
    "resolutions": _list({"eventTime": _T, "nNextContactAvoided": pa.int64(), "getnNextContactAvoided": pa.int64()}),
    "evaluations": _list({"eventTime": _T}),
}
# Which kind of a session's time a segment is; every other kind counts only for begin and end.
_PARTS = {
    "ring_s": ("alert",),
    "dial_s": ("dialing", "contacting"),
    "talk_s": ("interact",),
    "hold_s": ("hold",),
    "wrap_s": ("wrapup",),
    "ivr_s": ("ivr",),
}
_METRICS = {
    "metric_ring_s": "tAlert",
    "metric_talk_s": "tTalkComplete",
    "metric_hold_s": "tHeldComplete",
    "metric_wrap_s": "tAcw",
    "metric_handle_s": "tHandle",
    "metric_queue_s": "tAcd",
    "metric_ivr_s": "tIvr",
}
_FLAGS = {
    "is_abandoned": "tAbandon",
    "is_not_responding": "tNotResponding",
    "is_blind_transfer": "nBlindTransferred",
    "is_consult_transfer": "nConsultTransferred",
}
_LISTENING = ("monitoring", "coaching", "barging")


def shape() -> Shape:
    """Return what is read of a conversation; evaluations are kept aside as they are."""
    return Shape(pa.schema(list(_FIELDS.items())), "conversationId", _as_it_is, kept=("evaluations",))


def _as_it_is(record: dict[str, Any]) -> dict[str, Any] | Broken:
    return {name: value for name, value in record.items() if name in _FIELDS}


def by_segments(found: NestedRecords, sessions: Items) -> tuple[dict[str, Array], Array]:
    """Return columns of sessions made from their segments, and the latest time of each record."""
    length, segments = len(sessions), sessions.inner("segments")
    kind = segments.text("segmentType")
    start, end = found.item_stamps(segments, "segmentStart"), found.item_stamps(segments, "segmentEnd")
    text = segments.text("segmentEnd")
    found.note_items(
        segments, "ends_before_it_starts", "segmentEnd", "an end after the start", pc.less(end, start), text
    )
    ms, known = span_ms(start, end)
    order = order_of(start)
    of = {name: is_one_of(kind, kinds) for name, kinds in _PARTS.items()}
    talk = of["talk_s"] | of["hold_s"]
    every = np.ones(len(segments), dtype=bool)
    made = {name: segments.sums(ms, chosen & known, length) for name, chosen in of.items()}
    made |= {
        "started_at": segments.pick(start, order, every, length),
        "answered_at": segments.pick(start, order, of["talk_s"], length),
        "ended_at": segments.pick(end, order_of(end), talk, length, last=True),
        "completed_at": segments.pick(end, order_of(end), every, length, last=True),
        "is_open": pa.array(segments.any(~known, length)),
        "is_listening": pa.array(segments.any(is_one_of(kind, _LISTENING), length)),
        "queue": segments.pick(segments.text("queueId"), order, every, length, last=True),
        "disconnect_type": segments.pick(
            pc.utf8_lower(segments.text("disconnectType")), order, talk | of["ring_s"], length, last=True
        ),
        "wrap_up_code": segments.pick(segments.text("wrapUpCode"), order, every, length, last=True),
        "note": segments.pick(segments.text("wrapUpNote"), order, every, length, last=True),
    }
    return made, latest(segments, [start, end], len(found.columns.record_no))


def by_metrics(found: NestedRecords, sessions: Items) -> tuple[dict[str, Array], Array]:
    """Return columns of sessions made from their metrics, and the latest time of each record."""
    length, metrics = len(sessions), sessions.inner("metrics")
    name, emitted = metrics.text("name"), found.item_stamps(metrics, "emitDate")
    value = pc.struct_field(metrics.struct, "value")
    wanted = is_one_of(name, tuple(_METRICS.values()))
    wrong = pc.and_(pa.array(wanted), pc.or_(pc.less(value, 0), pc.greater(value, 1e12)))
    found.note_items(metrics, "bad_duration", "value", "milliseconds, 0 or more", wrong, value.cast(pa.string()))
    ms = np.clip(pc.fill_null(value, 0).to_numpy(zero_copy_only=False), 0, 1e12)
    there = pc.is_valid(value).to_numpy(zero_copy_only=False)
    made = {column: metrics.sums(ms, is_one_of(name, (one,)) & there, length) for column, one in _METRICS.items()}
    for column, one in _FLAGS.items():
        needed = ms > 0 if one.startswith("n") else there
        made[column] = pa.array(metrics.any(is_one_of(name, (one,)) & needed, length))
    return made, latest(metrics, [emitted], len(found.columns.record_no))


def latest(items: Items, stamps: list[Array], records: int) -> Array:
    """Return the latest of some times of items for each record, NULL where there is none."""
    top = np.full(records, np.iinfo("i8").min)
    for one in stamps:
        np.maximum.at(top, items.record, order_of(one))
    known = top > np.iinfo("i8").min
    return pa.array(np.where(known, top, 0), mask=~known).cast(pa.timestamp("us", tz="UTC"))


def is_one_of(array: Array, names: tuple[str, ...]) -> Any:
    """Return (numpy) where a text is one of these."""
    found = pc.is_in(array, value_set=pa.array(names, pa.string()))
    return found.to_numpy(zero_copy_only=False)
