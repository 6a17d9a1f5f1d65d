"""Times and lengths of a FreeSWITCH leg: epochs are UTC and go before local stamps; an epoch of 0 means never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, local_stamps, times

if TYPE_CHECKING:
    from flows.reading.call_record import Record

Array = Any
_NONE = pa.scalar(None, pa.string())


def moments(found: Record, zone: str) -> dict[str, Array]:
    """Return when the leg began, was answered and ended: by epochs, else by local stamps."""
    exact = epoch(found, "start")
    needed = pc.is_null(exact)
    text = pc.if_else(needed, found.maybe("start_stamp"), _NONE)
    local = local_stamps.begin(text, pa.nulls(found.length, pa.string()), zone, found.file)
    found.note("bad_time", "start_stamp", "a local time as 2026-03-02 08:00:00", pc.and_(needed, local.bad), text)
    found.note("dst_gap", "start_stamp", f"a time the clocks of {zone} showed", pc.and_(needed, local.gap), text)
    found.note("missing_field", "start_stamp", "a value", pc.and_(needed, pc.is_null(text)))
    stamped = {name: _stamped(found, name, local, zone) for name in ("answer", "end")}
    unsure = pc.and_(needed, pc.is_valid(local.later))
    return {
        "started_at": pc.coalesce(exact, local.values),
        "answered_at": pc.coalesce(epoch(found, "answer"), stamped["answer"]),
        "ended_at": pc.coalesce(epoch(found, "end"), stamped["end"]),
        "utc_offset_min": pc.if_else(needed, local.offset_min, pa.scalar(None, pa.int64())),
        "time_flag": pc.if_else(unsure, pa.scalar("dst_overlap"), _NONE),
    }


def _stamped(found: Record, name: str, start: local_stamps.Start, zone: str) -> Array:
    """Return a local stamp where there is no epoch of it; an epoch of zero says never."""
    silent = pc.and_(pc.is_null(found.maybe(f"{name}_epoch")), pc.is_null(found.maybe(f"{name}_uepoch")))
    text = pc.if_else(silent, found.maybe(f"{name}_stamp"), _NONE)
    values, bad = local_stamps.after(text, start, zone)
    found.note("bad_time", f"{name}_stamp", f"a time the clocks of {zone} showed", bad, text)
    return values


def epoch(found: Record, name: str) -> Array:
    """Return a time by its microseconds, else by its seconds."""
    micro = moment(found, f"{name}_uepoch", "epoch_us")
    return pc.coalesce(micro, moment(found, f"{name}_epoch", "epoch_s"))


def moment(found: Record, name: str, unit: str = "epoch_s") -> Array:
    """Return a time that stands as a number since 1970; NULL for 0, which says that it never was."""
    text = convert.without(found.maybe(name), ("0",))
    if text.null_count == len(text):
        return pa.nulls(len(text), times.UTC_US)
    made = times.stamps([text], times.Spelling(unit, None, None, "UTC"))
    bad = pc.or_(made.bad, pc.fill_null(pc.less(made.values.cast(pa.int64()), 0), False))
    found.note("bad_time", name, "a number since 1970", bad, text)
    return made.values


def length(found: Record, fine: str, coarse: str) -> Array:
    """Return a duration: by its milliseconds, else by its seconds."""
    text = found.maybe(fine)
    if text.null_count == len(text):
        return found.seconds(coarse)
    array, bad = convert.durations(text, "ms")
    bad = pc.or_(bad, pc.fill_null(pc.less(array, 0), False))
    found.note("bad_duration", fine, "milliseconds, 0 or more", bad, text)
    return pc.coalesce(array, found.seconds(coarse))
