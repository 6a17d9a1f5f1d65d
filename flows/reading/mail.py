"""One e-mail (bytes) to one row of `message`, or to a reject that says which rule it broke."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from flows.reading.contract import About, Chunk, conform, rejects
from flows.reading.mail_body import Body
from flows.reading.mail_date import sent_at
from flows.reading.mail_head import Head, MessageRefused, decoded, message_ids, read_head
from flows.reading.mail_people import people
from flows.reading.mail_quote import new_text
from flows.reading.mail_text import TEXT_CHARS, nfc, stacked
from schemas.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.contract import SourceFile
    from flows.reading.mail_settings import Settings

RAW_KEPT = 65_536
CHUNK_MESSAGES, CHUNK_BYTES = 1000, 16 << 20

_MESSAGE = """
message_id in_reply_to reference_ids sent_at date_raw agent_id customer_id queue from_address to_addresses cc_addresses
subject ticket_id body_text language
"""


def about(title: str, *, streams: bool) -> About:
    """Return what a format of e-mails fills: threads are derived from the messages of all of them."""
    return About(
        title,
        read={"message": _MESSAGE},
        derived={
            "message": "system time_flag direction author body_new is_auto is_public attachments extra",
            "interaction": "interaction_id source_id channel direction customer_id queue language started_at "
            "answered_at ended_at time_flag outcome",
            "leg": "leg_id interaction_id leg_no agent_id queue answered_at ended_at outcome",
        },
        streams=streams,
    )


@dataclass(frozen=True)
class Record:
    """One message of a file: its place there and its bytes. `size` is the true one; `content` may be cut above the cap.

    `from_line`: the content begins with an mbox's `From ` line, and the body's `>From ` are to be undone.
    """

    number: int
    start: int
    size: int
    content: bytes
    from_line: bool = False


def chunks(records: Iterator[Record], file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the records as rows or rejects, some thousand messages or some megabytes at a time."""
    under_way = _Batch(file, settings)
    for record in records:
        under_way.add(record)
        if under_way.read >= CHUNK_MESSAGES or under_way.bytes >= CHUNK_BYTES:
            yield under_way.chunk()
            under_way = _Batch(file, settings)
    if under_way.read:
        yield under_way.chunk()


@dataclass
class _Batch:
    file: SourceFile
    settings: Settings
    read: int = 0
    bytes: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def add(self, record: Record) -> None:
        place = {
            "record_no": record.number,
            "byte_start": record.start,
            "byte_end": record.start + record.size,
        }
        self.read += 1
        self.bytes += min(len(record.content), 2 * RAW_KEPT)
        try:
            row = message_row(record, self.file, self.settings)
        except MessageRefused as problem:
            raw = record.content[:RAW_KEPT].decode("utf-8", "backslashreplace")
            reasons = {"rule": problem.rule, "field": problem.field, "found": problem.found}
            self.refused.append(place | reasons | {"expected": problem.expected, "raw": raw})
            return
        self.bytes += len(row["body_text"] or "")
        self.rows.append(row | place)

    def chunk(self) -> Chunk:
        schema = table("message").arrow()
        columns = {
            name: pa.array([row[name] for row in self.rows], schema.field(name).type)
            for name in (self.rows[0] if self.rows else ())
        }
        tables = {}
        if columns:
            columns["ticket_id"] = self.settings.tickets(columns["subject"])
            tables["message"] = [conform("message", columns, self.file)]
        return Chunk(self.read, tables=tables, rejects=rejects(self.refused, self.file))


def message_row(record: Record, file: SourceFile, settings: Settings) -> dict[str, Any]:
    """Return one row of `message`, without place and ticket. Raises MessageRefused."""
    cap = settings.message_mb << 20
    if record.size > cap:
        raise MessageRefused("too_large", None, f"{record.size} bytes", f"at most {cap} bytes (setting message_mb)")
    from_line, content = _opened(record)
    head = read_head(content, 0, len(content), settings.header_kb << 10)
    if not head.fields:
        found = content[:80].decode("utf-8", "backslashreplace")
        raise MessageRefused("not_a_message", None, found, "header fields such as From: and Date:")
    who = people(head, settings)
    body = Body(content, settings, escaped=record.from_line)
    text = _checked("body", body.text(head, len(content)))
    text = text and text.rstrip("\n")  # an mbox adds a blank line after each message, another export does not
    zone = ZoneInfo(settings.timezone or file.timezone)
    sent, flag = sent_at(head.first("date"), head.every("received"), from_line, zone)
    ids = message_ids(head.first("message-id"))
    return who | {
        "message_id": f"{file.system}:{ids[0] if ids else _fingerprint(content)}",
        "system": file.system,
        "in_reply_to": next((f"{file.system}:{one}" for one in message_ids(head.first("in-reply-to"))), None),
        "reference_ids": [f"{file.system}:{one}" for one in message_ids(head.first("references"))],
        "sent_at": sent,
        "date_raw": head.first("date"),
        "time_flag": flag,
        "subject": _subject(head),
        "body_text": text,
        "body_new": None if text is None else new_text(text),
        "language": _language(head) or settings.language,
        "attachments": len(body.attachments),
        "extra": _extra(body),
    }


def _extra(body: Body) -> str | None:
    found = body.problems | ({"attachments": body.attachments} if body.attachments else {})
    return json.dumps(found, ensure_ascii=False) if found else None


def _opened(record: Record) -> tuple[str | None, bytes]:
    """Return the `From ` line (None without one) and the message after it."""
    if not record.from_line:
        return None, record.content.removeprefix(b"\xef\xbb\xbf")
    line, _, content = record.content.partition(b"\n")
    return line[:1000].decode("utf-8", "replace"), content


def _fingerprint(content: bytes) -> str:
    """Name a message without Message-ID by its content; line ends differ between mbox and eml, the message does not."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n").strip(b"\n")).hexdigest()


def _subject(head: Head) -> str | None:
    raw = head.first("subject")
    return None if raw is None else _checked("subject", decoded(raw))


def _checked(name: str, text: str | None) -> str | None:
    """Return the text in NFC. Raises MessageRefused for one nobody could have written."""
    if text is None:
        return None
    if len(text) > TEXT_CHARS:
        raise MessageRefused("too_large", name, f"{len(text)} characters", f"at most {TEXT_CHARS} characters")
    marks = stacked(text)
    if marks:
        raise MessageRefused("unreadable", name, f"{marks} combining marks in a row", "at most 64")
    return nfc(text)


def _language(head: Head) -> str | None:
    match = re.match(r"[a-z]{2}(?![a-z])", (head.first("content-language") or "").lower())
    return match.group() if match else None
