"""Zendesk tickets: pages of the incremental export, and one ticket a line. See docs/sources/zendesk_tickets.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.contract import About
from flows.reading.convert import nfc
from flows.reading.json_envelope import opened
from flows.reading.json_records import Shape, columns, leaf
from flows.reading.nested import newest, renamed
from flows.reading.zendesk import People, ZendeskRecords, as_it_is
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

Array = Any
ABOUT = About(
    "Zendesk tickets",
    read={
        "interaction": "source_id channel customer_id queue topic started_at disposition extra",
        "leg": "queue started_at ended_at",
        "ticket": (
            "source_id status via created_at subject description priority ticket_type requester_id submitter_id "
            "assignee_id queue topic csat_comment reopens replies assigned_at solved_at extra"
        ),
    },
    derived={
        "interaction": (
            "interaction_id direction answered_at ended_at outcome resolved reopened csat csat_min csat_max parent_id"
        ),
        "leg": "leg_id interaction_id leg_no agent_id outcome",
        "ticket": (
            "interaction_id system channel parent_id csat answered_at reply_s reply_business_s first_resolution_s "
            "first_resolution_business_s full_resolution_s full_resolution_business_s agent_wait_s "
            "agent_wait_business_s requester_wait_s requester_wait_business_s on_hold_s on_hold_business_s"
        ),
    },
)
_T, _I = pa.string(), pa.int64()
_WAITS = {
    "reply": "reply_time_in_minutes",
    "first_resolution": "first_resolution_time_in_minutes",
    "full_resolution": "full_resolution_time_in_minutes",
    "agent_wait": "agent_wait_time_in_minutes",
    "requester_wait": "requester_wait_time_in_minutes",
    "on_hold": "on_hold_time_in_minutes",
}
_CLOCKS = pa.struct([("calendar", _I), ("business", _I)])
_SET: dict[str, pa.DataType] = {"reopens": _I, "replies": _I, "assigned_at": _T, "solved_at": _T}
_SET |= dict.fromkeys([*_WAITS.values(), "reply_time_in_seconds"], _CLOCKS)
_VIA = pa.struct(
    [("channel", _T), ("source", pa.struct([("rel", _T), ("from", pa.struct([("ticket_id", _I)]))]))],
)
_FIELDS: dict[str, pa.DataType] = {
    **dict.fromkeys(("id", "requester_id", "submitter_id", "assignee_id", "group_id"), _I),
    **dict.fromkeys(("created_at", "updated_at", "subject", "description", "status", "priority", "type"), _T),
    "generated_timestamp": _I,
    "via": _VIA,
    "satisfaction_rating": pa.struct([("score", _T), ("comment", _T)]),
    "metric_set": pa.struct(list(_SET.items())),
}
_SAME = ("url", "raw_subject", "result_type")
_CHANNELS = {
    **dict.fromkeys(("voice", "phone"), "voice"),
    **dict.fromkeys(("chat", "chat_transcript", "online_chat"), "chat"),
    "email": "email",
    **dict.fromkeys(
        ("native_messaging", "messaging", "whatsapp", "sms", "facebook", "twitter", "any_channel"), "message"
    ),
    **dict.fromkeys(
        ("line", "telegram", "wechat", "viber", "instagram_dm", "twitter_dm", "facebook_messenger"), "message"
    ),
}
_RATINGS = {"good": 1.0, "good_with_comment": 1.0, "bad": 0.0, "bad_with_comment": 0.0}


@dataclass(frozen=True)
class Settings(People):
    """`[sources.settings]`: names for ids of agents and groups, and the id of the field that holds the topic."""

    groups: dict[str, str] = field(default_factory=dict)
    topic_field: int = 0


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the tickets of a file as rows of `ticket`, about 8 MB of it at a time."""
    shape = Shape(pa.schema(list(_FIELDS.items())), "id", as_it_is, _SAME)
    with file.path.open("rb") as handle:
        for part in columns(opened(handle, file, "tickets"), file, shape):
            found = ZendeskRecords(part, file)
            row = _row(found, settings)
            yield found.chunk({"ticket": row | _told(found, settings) | _metric_set(found, row["created_at"])})


def _row(found: ZendeskRecords, settings: Settings) -> dict[str, Array]:
    created, updated = found.stamp("created_at", required=True), found.stamp("updated_at", required=True)
    # The export's own stamp is newer where something changed that is no update.
    generated = pc.multiply(leaf(found.columns.arrays, "generated_timestamp"), 1_000_000)
    outside = pc.or_(pc.less(generated, 0), pc.greater(generated, 253_402_300_799_000_000))
    generated = pc.if_else(pc.fill_null(outside, False), pa.scalar(None, pa.int64()), generated)
    via = pc.utf8_lower(found.text("via.channel"))
    follows = pc.fill_null(pc.equal(found.text("via.source.rel"), "follow_up"), False)
    return {
        "interaction_id": found.prefixed("id", required=True),
        "system": found.same(found.file.system),
        "source_id": found.number("id"),
        "status": pc.utf8_lower(found.text("status", required=True)),
        "channel": pc.coalesce(_looked_up(via, _CHANNELS, pa.string()), pa.scalar("ticket")),
        "via": via,
        "created_at": created,
        "requester_id": found.number("requester_id"),
        "submitter_id": found.number("submitter_id"),
        "assignee_id": renamed(found.number("assignee_id"), settings.agents),
        "queue": renamed(found.number("group_id"), settings.groups),
        "parent_id": pc.if_else(follows, found.prefixed("via.source.from.ticket_id"), pa.scalar(None, pa.string())),
        "updated_at": newest(updated, generated.cast(pa.timestamp("us", tz="UTC"))),
        "extra": found.extra,
    }


def _told(found: ZendeskRecords, settings: Settings) -> dict[str, Array]:
    made = {name: found.text(name) for name in ("subject", "description", "priority")}
    made = {name: nfc(array) for name, array in made.items()} | {"ticket_type": found.text("type")}
    score = pc.utf8_lower(found.text("satisfaction_rating.score"))
    made["csat"] = _looked_up(score, _RATINGS, pa.float64())
    made["csat_comment"] = nfc(found.text("satisfaction_rating.comment"))
    if settings.topic_field:
        pattern = rf'"id"\s*:\s*{settings.topic_field}\s*,\s*"value"\s*:\s*"(?P<topic>[^"\\]+)"'
        made["topic"] = pc.struct_field(pc.extract_regex(found.extra, pattern), "topic")
    return made


def _metric_set(found: ZendeskRecords, created: Array) -> dict[str, Array]:
    made = {name: leaf(found.columns.arrays, f"metric_set.{name}") for name in ("reopens", "replies")}
    made |= {name: found.stamp(f"metric_set.{name}") for name in ("assigned_at", "solved_at")}
    for column, name in _WAITS.items():
        made[f"{column}_s"] = found.span(f"metric_set.{name}.calendar", 60)
        made[f"{column}_business_s"] = found.span(f"metric_set.{name}.business", 60)
    exact = found.span("metric_set.reply_time_in_seconds.calendar", 1)
    made["answered_at"] = _later(created, exact)
    return made | {"reply_s": pc.coalesce(exact, made["reply_s"])}


def _later(stamps: Array, seconds: Array) -> Array:
    us = pc.multiply(seconds.cast(pa.int64()), 1_000_000)
    return pc.add(stamps, us.cast(pa.duration("us")))


def _looked_up(array: Array, values: Mapping[str, Any], kind: pa.DataType) -> Array:
    at = pc.index_in(array, value_set=pa.array(list(values), pa.string()))
    return pa.array(list(values.values()), kind).take(at)
