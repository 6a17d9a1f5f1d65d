"""An IMAP connection that only reads: EXAMINE and BODY.PEEK, so nothing is marked as read, moved or deleted."""

from __future__ import annotations

import imaplib
import re
import ssl
from base64 import b64encode
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from flows.imap.limited import SMALL, Open, Tls
from schemas.errors import CallqaError, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.imap.address import Address

ANSWER_SECONDS = 30  # of silence
LISTING = 32 << 20  # bytes the answer may have
# What goes wrong with a connection: imaplib's errors, the network's, and answers imaplib cannot take apart.
BROKEN = (imaplib.IMAP4.error, OSError, ValueError)
_PER_MESSAGE = 64 << 10
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')


@dataclass(frozen=True)
class Listed:
    """One message as the server lists it: UID, size in bytes (0 when not asked for), when it was received."""

    uid: int
    size: int = 0
    received: datetime | None = None


@dataclass(frozen=True)
class Message:
    """One message with its bytes."""

    uid: int
    received: datetime | None
    content: bytes


@contextmanager
def session(place: Address, secret: str) -> Iterator[Session]:
    """Log in, and out. Whatever goes wrong on the way is raised as CallqaError."""
    client: Open | Tls | None = None
    try:
        client = _connected(place)
        _log_in(client, place, secret)
        yield Session(client)
        client.allow(SMALL)
        client.logout()
    except ssl.SSLError as problem:
        raise _failed(place, f"no safe connection: {problem.reason or problem}", "Check its certificate.") from None
    except BROKEN as problem:
        text = str(problem) or type(problem).__name__
        raise _failed(place, text, "What was fetched so far stays; the next night goes on from there.") from None
    finally:
        if client is not None:
            with suppress(OSError):  # closed before, by the logout or the other side
                client.shutdown()


class Session:
    """What is asked of a server, after the login. Raises what imaplib raises, and OSError."""

    def __init__(self, client: Open | Tls) -> None:
        """Keep the connection."""
        self._client = client

    def examine(self, mailbox: str) -> tuple[int, int, int]:
        """Open a mailbox for reading. Returns (UIDVALIDITY, number of messages, highest UID, 0 when it is empty)."""
        self._client.allow(SMALL)
        found = _checked(self._client.select(_quoted(mailbox), readonly=True), f"mailbox {mailbox}")
        _, told = self._client.response("UIDVALIDITY")
        if not told or not isinstance(told[-1], bytes) or not told[-1].isdigit():
            raise imaplib.IMAP4.error(f"mailbox {mailbox} has no UIDVALIDITY: messages cannot be told from each other")
        exists = int(found[0]) if found else 0
        if exists == 0:
            return int(told[-1]), 0, 0
        self._client.allow(SMALL)
        last = _checked(self._client.uid("FETCH", "*", "(UID)"), "UID FETCH")
        return int(told[-1]), exists, max((one.uid for one in _listed(last)), default=0)

    def listing(self, first: int, last: int) -> list[Listed]:
        """Return the messages from UID `first` to `last`, in order of UIDs."""
        self._client.allow(LISTING)
        what = "(UID RFC822.SIZE INTERNALDATE)"
        found = _checked(self._client.uid("FETCH", f"{first}:{last}", what), "UID FETCH")
        by_uid = {one.uid: one for one in _listed(found) if first <= one.uid <= last}
        return [by_uid[uid] for uid in sorted(by_uid)]

    def messages(self, wanted: dict[int, int]) -> list[Message]:
        """Return messages by UID, in order; `wanted` is {UID: size}. Those deleted meanwhile are left out.

        Raises imaplib's error when the server keeps one back that it still lists.
        """
        # The size a server tells may be wrong (some count line ends differently), by a factor of two at most.
        self._client.allow(2 * sum(wanted.values()) + _PER_MESSAGE * len(wanted) + SMALL)
        uids = ",".join(map(str, wanted))
        found = _checked(self._client.uid("FETCH", uids, "(UID INTERNALDATE BODY.PEEK[])"), "UID FETCH")
        out = {one.uid: one for one in _bodies(found) if one.uid in wanted}
        if missing := [uid for uid in wanted if uid not in out]:
            self._client.allow(SMALL + _PER_MESSAGE)
            listed = _checked(self._client.uid("FETCH", ",".join(map(str, missing)), "(UID RFC822.SIZE)"), "UID FETCH")
            if kept := {one.uid for one in _listed(listed)} & set(missing):
                raise imaplib.IMAP4.error(f"it lists the message with UID {min(kept)} but does not send it")
        return [out[uid] for uid in sorted(out)]


def _connected(place: Address) -> Open | Tls:
    if place.tls == "from the start":
        context = ssl.create_default_context()
        return Tls(place.host, place.port, ssl_context=context, timeout=ANSWER_SECONDS)
    client = Open(place.host, place.port, timeout=ANSWER_SECONDS)
    if place.tls == "starttls":
        client.allow(SMALL)
        client.starttls(ssl.create_default_context())
    return client


def _log_in(client: Open | Tls, place: Address, secret: str) -> None:
    client.allow(SMALL)
    try:
        if place.oauth2:
            client.authenticate("XOAUTH2", lambda _: f"user={place.user}\1auth=Bearer {secret}\1\1".encode())
        elif "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: f"\0{place.user}\0{secret}".encode())
        elif secret.isascii() and secret.isprintable() and place.user.isascii():
            client.login(place.user, secret)
        else:
            raise imaplib.IMAP4.error("it takes no user or password with other than ASCII characters")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as problem:
        raise _failed(place, "the login was refused", "Check user, secret_env and its value.", problem) from None


def _checked(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    status, data = answer
    if status != "OK":
        told = data[0].decode("utf-8", "replace")[:200] if data and isinstance(data[0], bytes) else status
        raise imaplib.IMAP4.error(f"{what}: {told}")
    return [item for item in data if item is not None]


def _listed(data: Iterable[Any]) -> Iterator[Listed]:
    """Yield every line that names a UID."""
    for item in data:
        line = item if isinstance(item, bytes) else item[0]
        uid, size = _UID.search(line), _SIZE.search(line)
        if uid:
            yield Listed(int(uid.group(1)), int(size.group(1)) if size else 0, _received(line))


def _bodies(data: list[Any]) -> Iterator[Message]:
    """Yield the messages of an answer. The UID may stand before or behind the literal; a literal is (line, bytes)."""
    for at, item in enumerate(data):
        if not isinstance(item, tuple):
            continue
        behind = data[at + 1] if at + 1 < len(data) and isinstance(data[at + 1], bytes) else b""
        about = item[0] + b" " + behind
        uid = _UID.search(about)
        if uid and b"BODY[]" in item[0]:
            yield Message(int(uid.group(1)), _received(about), item[1])


def _received(line: bytes) -> datetime | None:
    """Return INTERNALDATE (`02-Mar-2026 10:00:05 +0100`) in UTC; None without one, or when it is no date."""
    found = _DATE.search(line)
    if not found:
        return None
    try:
        moment = parsedate_to_datetime(found.group(1).decode("ascii").strip().replace("-", " ", 2))
        return moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _quoted(mailbox: str) -> str:
    """Return a mailbox's name as the protocol has it: quoted, and in its own kind of UTF-7."""
    out: list[str] = []
    for run in re.findall(r"[ -~]+|[^ -~]+", mailbox):
        if run.isascii():
            out.append(run.replace("&", "&-"))
        else:
            out.append("&" + b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-")
    return '"' + "".join(out).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _failed(place: Address, what: str, fix: str, problem: Exception | None = None) -> CallqaError:
    return CallqaError(f"mail server: {what}", where=Where(place.shown), found=problem and str(problem)[:200], fix=fix)
