"""What an Asterisk call detail record says of an agent: whose phone rang, who took it, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.call_record import is_one_of

if TYPE_CHECKING:
    from flows.reading.call_record import Exchange

Array = Any
_NONE = pa.scalar(None, pa.string())


def agent(row: dict[str, Array], settings: Exchange) -> dict[str, Array]:
    """Return the columns that tell of the agent; `row` has those of the record.

    ANSWERED says that the exchange answered. That was the agent where a phone was called and the record did not end in
    voice mail. The moment is the agent's where nothing answers before: in passages within the exchange (Local/), which
    only the phone they lead to answers, and in the applications the settings name.
    """
    called, caller = settings.agent(row["peer_channel"]), settings.agent(row["channel"])
    elsewhere = pc.and_(pc.is_valid(row["peer_channel"]), pc.invert(_is_local(row["peer_channel"])))
    outward = pc.and_(pc.and_(pc.is_valid(caller), pc.is_null(called)), elsewhere)
    voicemail = pc.fill_null(pc.starts_with(row["app"], "VoiceMail"), False)
    answered = pc.equal(row["disposition"], "ANSWERED")
    taken = pc.and_(answered, pc.invert(voicemail))
    who = pc.if_else(outward, pc.if_else(taken, caller, _NONE), called)
    role = pc.if_else(outward, pa.scalar("caller"), pa.scalar("called"))
    exact = pc.or_(_is_local(row["channel"]), is_one_of(row["app"], settings.phone_answers_in))
    spoke = pc.and_(exact, pc.and_(taken, pc.is_valid(who)))
    rang = pc.and_(exact, pc.is_valid(called))
    ring = pc.subtract(row["duration_s"], row["billed_s"]).cast(row["duration_s"].type)
    return {
        "agent_id": who,
        "agent_role": _where(pc.is_valid(who), role),
        "is_taken": _where(pc.is_valid(who), taken),
        "is_voicemail": voicemail,
        "direction": _direction(row, caller, called, outward),
        "offered_at": _where(pc.or_(rang, pc.and_(outward, spoke)), row["started_at"]),
        "taken_at": _where(spoke, row["answered_at"]),
        "ring_s": _where(pc.and_(rang, pc.or_(taken, pc.invert(answered))), ring),
        "talk_s": _where(spoke, row["billed_s"]),
    }


def _direction(row: dict[str, Array], caller: Array, called: Array, outward: Array) -> Array:
    """Return the direction as far as one record shows it: a phone that reaches a trunk calls out."""
    shown = pc.and_(pc.is_valid(row["channel"]), pc.invert(_is_local(row["channel"])))
    inside = _where(pc.is_valid(called), pa.scalar("internal"))
    from_us = pc.if_else(outward, pa.scalar("outbound"), inside)
    return _where(shown, pc.if_else(pc.is_valid(caller), from_us, pa.scalar("inbound")))


def _where(mask: Array, array: Array) -> Array:
    return pc.if_else(mask, array, pa.scalar(None, array.type))


def _is_local(channels: Array) -> Array:
    return pc.fill_null(pc.starts_with(channels, "Local/"), False)
