"""What a FreeSWITCH leg says of an agent: it is the leg of their phone, or the caller's leg and names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, times
from flows.reading.freeswitch_times import epoch, length, moment

if TYPE_CHECKING:
    from flows.reading.call_record import Record
    from flows.reading.freeswitch import Leg

Array = Any
_NONE = pa.scalar(None, pa.string())
_NEVER = pa.scalar(None, times.UTC_US)
_NOTHING = pa.scalar(None, pa.decimal128(12, 3))


def agent(found: Record, row: dict[str, Array], settings: Leg) -> dict[str, Array]:
    """Return the columns that tell of the agent; `row` has those of the leg.

    An agent is known by `cc_agent` of mod_callcenter or by the name of a channel. The caller's leg shows an agent who
    took them out of a queue, or whose phone it was bridged to.
    """
    is_agent, inward, outward = (
        _is(found, name, value)
        for name, value in (("cc_side", "agent"), ("direction", "inbound"), ("direction", "outbound"))
    )
    own, peer = settings.agent(row["channel"]), settings.agent(row["peer_channel"])
    name = settings.listed(found.maybe("cc_agent"))
    bridged_at, is_bridged = _bridged(found, row, settings)
    queued = pc.and_(pc.is_valid(row["queue_answered_at"]), pc.is_valid(name))
    from_us = pc.and_(inward, pc.and_(pc.is_valid(own), pc.invert(is_agent)))
    called = pc.if_else(is_agent, name, pc.if_else(outward, own, _NONE))
    calls = pc.if_else(pc.and_(from_us, pc.and_(is_bridged, pc.is_null(peer))), own, _NONE)
    named = pc.if_else(queued, name, pc.if_else(pc.and_(inward, is_bridged), peer, _NONE))
    role = _first({"called": called, "caller": calls, "named": named})
    is_called = pc.fill_null(pc.equal(role, "called"), False)
    answered = pc.and_(pc.is_valid(row["answered_at"]), pc.invert(_is(found, "cc_agent_bridged", "false")))
    by_bridge = pc.if_else(queued, row["queue_answered_at"], bridged_at)
    taken_at = pc.if_else(is_called, pc.if_else(answered, row["answered_at"], _NEVER), by_bridge)
    is_taken = pc.if_else(is_called, answered, True)
    until = pc.coalesce(pc.if_else(queued, moment(found, "cc_queue_terminated_epoch"), _NEVER), row["ended_at"])
    offered = pc.if_else(is_called, row["started_at"], _NEVER)
    theirs = pc.fill_null(pc.not_equal(role, "named"), False)
    out = _durations(found, taken_at, until, offered, theirs)
    some = pc.is_valid(role)
    out |= {"is_taken": is_taken, "taken_at": taken_at, "offered_at": offered}
    out = {key: pc.if_else(some, array, pa.scalar(None, array.type)) for key, array in out.items()}
    out |= {"agent_id": pc.coalesce(called, calls, named), "agent_role": role}
    out["direction"] = _direction(inward, is_agent, own, peer, pc.or_(is_bridged, pc.is_valid(row["peer_channel"])))
    out["hangup_by"] = _hangup(_is(found, "sip_hangup_disposition", "recv_bye"), theirs)
    return out


def _is(found: Record, name: str, value: str) -> Array:
    return pc.fill_null(pc.equal(found.maybe(name), value), False)


def _first(roles: dict[str, Array]) -> Array:
    """Return the name of the first column that has a value."""
    return pc.coalesce(*(pc.if_else(pc.is_valid(array), pa.scalar(name), _NONE) for name, array in roles.items()))


def _bridged(found: Record, row: dict[str, Array], settings: Leg) -> tuple[Array, Array]:
    """Return when the leg was connected with another one, and whether it was.

    Where the records say nothing of bridges, one that has another leg and was answered was connected; when, is known
    only if nothing but the phone answers.
    """
    if not {"bridge_epoch", "bridge_uepoch"}.isdisjoint(found.columns.arrays):
        at = epoch(found, "bridge")
        return at, pc.is_valid(at)
    was = pc.and_(pc.is_valid(row["peer_id"]), pc.is_valid(row["answered_at"]))
    at = pc.if_else(was, row["answered_at"], _NEVER)
    return at if settings.answered_by_phone else pa.nulls(found.length, times.UTC_US), was


def _durations(found: Record, taken: Array, until: Array, offered: Array, theirs: Array) -> dict[str, Array]:
    """Return ring, talk and hold; hold is counted on the leg of the one who pressed the key."""
    hold = pc.if_else(theirs, length(found, "hold_accum_ms", "hold_accum_seconds"), _NOTHING)
    hold = pc.if_else(pc.is_valid(taken), hold, _NOTHING)
    whole = convert.durations(pc.subtract(until, taken))[0]
    talk = pc.subtract(whole, pc.fill_null(hold, pa.scalar(0, _NOTHING.type))).cast(_NOTHING.type)
    ring = convert.durations(pc.subtract(pc.coalesce(taken, until), offered))[0]
    return {"ring_s": ring, "talk_s": talk, "hold_s": hold}


def _direction(inward: Array, is_agent: Array, own: Array, peer: Array, has_peer: Array) -> Array:
    """Return the direction the call's first leg shows; a phone of ours that reached nobody shows none."""
    outside = pc.if_else(has_peer, pa.scalar("outbound"), _NONE)
    from_us = pc.if_else(pc.is_valid(peer), pa.scalar("internal"), outside)
    shown = pc.if_else(pc.is_valid(own), from_us, pa.scalar("inbound"))
    return pc.if_else(pc.and_(inward, pc.invert(is_agent)), shown, _NONE)


def _hangup(received: Array, theirs: Array) -> Array:
    """Return who hung up: the end of this leg did when its BYE was received."""
    who = pc.if_else(theirs, pa.scalar("agent"), pa.scalar("customer"))
    return pc.if_else(received, who, _NONE)
