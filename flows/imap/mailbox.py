"""Messages as an mbox file (the dialect mboxrd), and a file name for a mailbox."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.reading.mail_head import MessageRefused, addresses, read_head

if TYPE_CHECKING:
    from flows.imap.session import Message

_FROM_LINE = re.compile(rb"(?m)^(>*From )")
_HEADER_BYTES = 256 << 10
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)  # before any mail: the reader takes it for no date
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def mbox_bytes(message: Message) -> bytes:
    """Return one message with its `From ` line (envelope sender, time of receipt in UTC) and the blank line below."""
    content = message.content.replace(b"\r\n", b"\n")
    line = f"From {_sender(content)} {_stamp(message.received)}\n".encode("ascii")
    end = b"\n" if content.endswith(b"\n") or not content else b"\n\n"
    return line + _FROM_LINE.sub(rb">\1", content) + end


def file_name(mailbox: str, uidvalidity: int, first_uid: int) -> str:
    """Return a name that sorts by UID and has nothing of the mailbox's name that a file system could take amiss."""
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", mailbox).strip(".-")[:60]
    if plain != mailbox or not plain:
        plain = f"{plain or 'mailbox'}-{hashlib.sha256(mailbox.encode()).hexdigest()[:8]}"
    return f"{plain}-{uidvalidity}-{first_uid:010}.mbox"


def _sender(content: bytes) -> str:
    try:
        head = read_head(content, 0, len(content), _HEADER_BYTES)
    except MessageRefused:
        return "MAILER-DAEMON"
    for name in ("return-path", "from"):
        for found in addresses(head.every(name)[:1]):
            if re.fullmatch(r"[!-~]{1,320}", found):
                return found
    return "MAILER-DAEMON"


def _stamp(received: datetime | None) -> str:
    when = received or _UNKNOWN
    return f"{_DAYS[when.weekday()]} {_MONTHS[when.month - 1]} {when.day:2d} {when:%H:%M:%S} {when.year:04d} +0000"
