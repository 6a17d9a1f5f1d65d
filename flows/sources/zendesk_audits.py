"""Zendesk audits and ticket events: comments, and changes that count. See docs/sources/zendesk_audits.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flows.reading.contract import About
from flows.reading.documents import chunks
from flows.reading.json_pick import Misfit, items, moment, need, pick
from flows.reading.mail_quote import new_text
from flows.reading.zendesk import SYSTEM_USER, People
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.documents import Rows
    from schemas.errors import Where

ABOUT = About(
    "Zendesk audits and ticket events",
    read={
        "message": "sent_at ticket_id body_text attachments is_public",
        "ticket_event": (
            "field ticket_id audit_id event_no happened_at author_id via value previous_value is_public body_text"
        ),
    },
    derived={
        "message": ("message_id system in_reply_to direction author agent_id customer_id body_new is_auto"),
        "ticket_event": ("event_id interaction_id system is_creation agent_id author_role body_new attachments"),
    },
)
FIELDS = ("status", "assignee_id", "group_id", "requester_id", "satisfaction_score")
_SETS = ("create", "change")
_COMMENTS = ("comment", "voicecomment", "voice_comment")
_LAST_SECOND = 253_402_300_799


class Settings(People):
    """`[sources.settings]`: names for ids of agents."""


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the audits of a file as rows of `ticket_event`; those without an event that counts are ignored."""
    return chunks(file, lambda audit: _rows(audit, file.system, settings), ("audits", "ticket_events"))


def _rows(audit: dict[str, Any], system: str, settings: Settings) -> Rows | None:
    listed = items(audit, "events") or items(audit, "child_events")
    told = [(place, event, _kind(event, place)) for place, event in listed]
    head = _head(audit, system, settings)
    head["is_creation"] = any(kind == "create" for _, _, kind in told)
    made = [row for place, event, kind in told for row in _event(event, kind, place, head, system, settings)]
    return {"ticket_event": made} if made else None


def _head(audit: dict[str, Any], system: str, settings: Settings) -> dict[str, Any]:
    """Return what all events of an update share."""
    ticket, number = _id(audit, "ticket_id"), _id(audit, "id")
    if ticket is None or number is None:
        raise Misfit("missing_field", None, "a value", "ticket_id" if ticket is None else "id")
    author = _id(audit, "author_id") if "author_id" in audit else _id(audit, "updater_id")
    return _by(author or SYSTEM_USER, settings) | {
        "interaction_id": f"{system}:{ticket}",
        "system": system,
        "ticket_id": ticket,
        "audit_id": number,
        "happened_at": _happened_at(audit),
        "via": _via(audit, ""),
    }


def _by(author: str, settings: Settings) -> dict[str, Any]:
    role = "system" if author == SYSTEM_USER else "agent" if author in settings.agents else None
    agent = None if role == "system" else settings.agents.get(author, author)
    return {"author_id": author, "author_role": role, "agent_id": agent}


def _event(
    event: dict[str, Any], kind: str, place: str, head: dict[str, Any], system: str, settings: Settings
) -> Iterator[dict[str, Any]]:
    if kind not in (*_SETS, *_COMMENTS):
        return
    number = _id(event, "id", place)
    if number is None:
        raise Misfit("missing_field", None, "a value", f"{place}.id")
    row = head | {"event_id": f"{system}:{number}", "event_no": int(number), "via": _via(event, place) or head["via"]}
    row |= dict.fromkeys(("value", "previous_value", "is_public", "body_text", "body_new", "attachments"))
    if kind in _COMMENTS:
        yield row | _comment(event, place, settings)
        return
    named = pick(event, "field_name", str, place)
    for field in FIELDS:
        if named == field:
            yield row | {"field": field} | _values(event, "value", place, field, settings)
        elif named is None and field in event:
            yield row | {"field": field} | _values(event, field, place, field, settings)


def _comment(event: dict[str, Any], place: str, settings: Settings) -> dict[str, Any]:
    public = pick(event, "public", bool, place)
    public = pick(event, "comment_public", bool, place) if public is None else public
    if public is None:
        raise Misfit("missing_field", None, "true or false", f"{place}.public")
    text = pick(event, "plain_body", str, place)
    text = pick(event, "body", str, place) if text is None else text
    text = text.replace("\r\n", "\n") if text is not None else None
    author = _id(event, "author_id", place)
    return {
        **(_by(author, settings) if author else {}),
        "field": "comment",
        "is_public": public,
        "body_text": text,
        "body_new": new_text(text) if text is not None else None,
        "attachments": len(items(event, "attachments", place)),
    }


def _values(event: dict[str, Any], key: str, place: str, field: str, settings: Settings) -> dict[str, Any]:
    value, before = _plain(event, key, place), _plain(event, "previous_value", place)
    if field == "assignee_id":
        value, before = (one if one is None else settings.agents.get(one, one) for one in (value, before))
    return {"value": value, "previous_value": before}


def _plain(event: dict[str, Any], key: str, place: str) -> str | None:
    value = event.get(key)
    if isinstance(value, bool | list | dict | float):
        raise Misfit("wrong_shape", str(value)[:200], "a text or a whole number", f"{place}.{key}")
    return None if value in (None, "") else str(value)


def _kind(event: dict[str, Any], place: str) -> str:
    return (pick(event, "type", str, place) or pick(event, "event_type", str, place) or "").lower()


def _id(record: dict[str, Any], name: str, place: str = "") -> str | None:
    """Return an id, which stands as a number or as digits."""
    value = record.get(name)
    if value is None:
        return None
    text = str(value)
    if isinstance(value, int | str) and not isinstance(value, bool) and text.removeprefix("-").isdecimal():
        number = int(text) if len(text) < 20 else 1 << 63
        if -(1 << 63) <= number < 1 << 63:
            return str(number)
    raise Misfit("wrong_shape", text[:200], "an id: a whole number", f"{place}.{name}".lstrip("."))


def _happened_at(audit: dict[str, Any]) -> datetime:
    found = moment(audit, "created_at")
    if found is not None:
        return found
    stamp = need(audit, "timestamp", int)
    if not 0 <= stamp <= _LAST_SECOND:
        raise Misfit("bad_time", str(stamp), "seconds since 1970", "timestamp")
    return datetime.fromtimestamp(stamp, UTC)


def _via(record: dict[str, Any], place: str) -> str | None:
    found = record.get("via")
    text = pick(record, "via.channel", str, place) if isinstance(found, dict) else pick(record, "via", str, place)
    return text.lower() if text else None
