"""A FreeSWITCH call leg: the variables of a channel at its end, as a row of `call_record`.

The same variables come as columns of a CSV, as JSON and as XML. Epochs are UTC, stamps local; a zero is "never".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import times
from flows.reading.call_record import Record, check_zone, is_one_of
from flows.reading.extra import extra
from flows.reading.freeswitch_agent import agent
from flows.reading.freeswitch_times import length, moment, moments
from flows.reading.phones import Phones

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.records import Columns
    from schemas.errors import Where

Array = Any
_TIMES = ("start", "answer", "bridge", "end")
_EPOCHS = ("cc_queue_joined_epoch", "cc_queue_answered_epoch", "cc_queue_terminated_epoch", "cc_queue_canceled_epoch")
PROFILE = ("caller_id_number", "destination_number")
VARIABLES = (
    *("uuid", "call_uuid", "bridge_uuid", "bleg_uuid", "channel_name", "bridge_channel", "last_app"),
    *(f"{one}_{unit}" for one in _TIMES for unit in ("stamp", "epoch", "uepoch")),
    *("duration", "mduration", "billsec", "billmsec", "hold_accum_seconds", "hold_accum_ms"),
    *("hangup_cause", "sip_hangup_disposition", "cc_side", "cc_queue", "cc_agent", "cc_agent_bridged", "cc_cause"),
    *("cc_cancel_reason", "cc_member_session_uuid", *_EPOCHS),
)
NAMES = frozenset((*VARIABLES, *PROFILE, "direction"))
_NONE = pa.scalar(None, pa.string())
_CANCELLED = {
    "BREAK_OUT": "abandoned",
    "EXIT_WITH_KEY": "key_exit",
    "TIMEOUT": "timeout",
    "NO_AGENT_TIMEOUT": "empty",
}


@dataclass(frozen=True, kw_only=True)
class Leg(Phones):
    """`[sources.settings]`. `keep` names further variables to keep in `extra`.

    `answered_by_phone`: nothing but a phone answers calls, no menu, no queue; asked where records tell of no bridges.
    """

    names_agents: ClassVar[bool] = True
    timezone: str | None = None
    answered_by_phone: bool = False
    keep: tuple[str, ...] = ()


def check(settings: Leg, where: Callable[[str], Where]) -> None:
    """Raise ConfigError for settings that cannot be used."""
    check_zone(settings.timezone, where("timezone"))


def chunk(part: Columns, settings: Leg, file: SourceFile) -> Chunk:
    """Return the rows and rejects of some legs whose columns are named like the variables."""
    found = Record(part, file)
    return found.chunk({"call_record": _row(found, settings)} if found.length else {})


def _row(found: Record, settings: Leg) -> dict[str, Array]:
    own = found.maybe("uuid")
    found.note("missing_field", "uuid", "a value", pc.is_null(own))
    call = pc.coalesce(found.maybe("cc_member_session_uuid"), found.maybe("call_uuid"), own)
    out = moments(found, settings.timezone or found.file.timezone) | {
        "record_id": found.prefixed(own),
        "system": found.system(),
        "channel_id": found.prefixed(own),
        "peer_id": found.prefixed(pc.coalesce(found.maybe("bleg_uuid"), found.maybe("bridge_uuid"))),
        "call_id": found.prefixed(call),
        "channel": found.maybe("channel_name"),
        "peer_channel": found.maybe("bridge_channel"),
        "caller": found.maybe("caller_id_number"),
        "called": found.maybe("destination_number"),
        "app": found.maybe("last_app"),
        "is_voicemail": pc.equal(found.maybe("last_app"), "voicemail"),
        "duration_s": length(found, "mduration", "duration"),
        "billed_s": length(found, "billmsec", "billsec"),
        "hangup_cause": found.maybe("hangup_cause"),
        "queue": found.maybe("cc_queue"),
        "extra": extra({name: found.maybe(name) for name in settings.keep}, found.length),
    }
    out |= _queue(found, pc.fill_null(pc.not_equal(found.maybe("cc_side"), "agent"), True))
    return out | agent(found, out, settings)


def _queue(found: Record, waiting: Array) -> dict[str, Array]:
    """Return the caller's way through a queue, from the record of the caller."""
    joined, answered, terminated, cancelled = (moment(found, name) for name in _EPOCHS)
    here = pc.and_(waiting, pc.is_valid(joined))
    never = pa.scalar(None, times.UTC_US)
    reason = found.maybe("cc_cancel_reason")
    at = pc.index_in(reason, value_set=pa.array(list(_CANCELLED)))
    ended = pc.if_else(
        is_one_of(found.maybe("cc_cause"), ("cancel",)), pa.array(list(_CANCELLED.values())).take(at), _NONE
    )
    outcome = pc.if_else(pc.is_valid(answered), pa.scalar("answered"), ended)
    left = pc.if_else(pc.is_valid(answered), never, pc.coalesce(cancelled, terminated))
    return {
        "queue_joined_at": pc.if_else(here, joined, never),
        "queue_answered_at": pc.if_else(here, answered, never),
        "queue_left_at": pc.if_else(here, left, never),
        "queue_outcome": pc.if_else(here, outcome, _NONE),
    }
