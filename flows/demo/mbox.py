"""E-mails as the bytes of an mbox: encoded headers, three body encodings, `From ` lines quoted."""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from datetime import UTC, datetime
from email.header import Header

from flows.demo.centre import COMPANY
from flows.demo.clock import Clock
from flows.demo.mail import Mail

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FROM_LINE = re.compile(rb"(?m)^(>*From )")
_BOUNDARY = "=_report"


def mbox_bytes(mail: Mail, clock: Clock) -> bytes:
    """Return one message with its `From ` line and the blank line after it."""
    utc = datetime.fromtimestamp(mail.sent // 1000, UTC)
    stamp = f"{_DAYS[utc.weekday()]} {_MONTHS[utc.month - 1]} {utc.day:2d} {utc:%H:%M:%S} {utc.year}"
    head = "\n".join(f"{name}: {value}" for name, value in _headers(mail, clock))
    envelope = f"From {mail.sender} {stamp}\n{head}\n".encode("ascii")
    return envelope + _FROM_LINE.sub(rb">\1", _content(mail)) + b"\n"


def without_sender(message: bytes) -> bytes:
    """Return the message as a faulty gateway forwards it: nobody knows from whom."""
    return re.sub(rb"(?m)^From: .*\n", b"", message, count=1)


def _headers(mail: Mail, clock: Clock) -> list[tuple[str, str]]:
    headers = [("Date", _date(mail, clock)), ("From", _sender(mail))]
    if mail.on_behalf_of:
        headers.append(("Sender", f"<{mail.on_behalf_of}>"))
    headers += [("To", f"<{mail.to}>"), ("Message-ID", f"<{mail.message_id}>")]
    if mail.references:
        headers.append(("In-Reply-To", f"<{mail.references[-1]}>"))
        headers.append(("References", "\n ".join(f"<{one}>" for one in mail.references)))
    headers.append(("Subject", mail.subject if mail.subject.isascii() else Header(mail.subject, "utf-8").encode()))
    if mail.kind in ("receipt", "away"):
        headers.append(("Auto-Submitted", "auto-replied"))
    if mail.kind != "bounce":
        headers.append(("Content-Language", mail.language))
    return [*headers, ("MIME-Version", "1.0")]


def _sender(mail: Mail) -> str:
    return f"{mail.agent.name} ({COMPANY}) <{mail.sender}>" if mail.agent else f"<{mail.sender}>"


def _date(mail: Mail, clock: Clock) -> str:
    """Customers who write English live an hour to the west and their mail programs write +0000."""
    is_abroad = mail.language == "en" and mail.kind in ("ask", "away")
    when = datetime.fromtimestamp(mail.sent // 1000, UTC) if is_abroad else clock.local(mail.sent)
    return f"{_DAYS[when.weekday()]}, {when.day} {_MONTHS[when.month - 1]} {when.year} {when:%H:%M:%S %z}"


def _content(mail: Mail) -> bytes:
    """Return the rest of the headers, a blank line and the body."""
    if mail.kind == "bounce":
        return _report(mail.body)
    text = mail.body + "\n"
    if mail.kind == "ask":
        charset, encoding, body = "iso-8859-1", "quoted-printable", b2a_qp(text.encode("iso-8859-1"))
    elif mail.kind == "answer":
        charset, encoding, body = "utf-8", "base64", _base64(text.encode())
    else:
        charset, encoding, body = "utf-8", "8bit", text.encode()
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    return head.encode("ascii") + body


def _base64(data: bytes) -> bytes:
    return b"".join(b2a_base64(data[at : at + 57]) for at in range(0, len(data), 57))


def _report(text: str) -> bytes:
    return (
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{_BOUNDARY}"\n\n'
        f"--{_BOUNDARY}\nContent-Type: text/plain; charset=us-ascii\n\n{text}\n\n"
        f"--{_BOUNDARY}\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mail.example.net\n\nAction: failed\nStatus: 5.2.2\n\n"
        f"--{_BOUNDARY}--\n"
    ).encode("ascii")
