"""Mailboxes on an IMAP server: `imaps://user@host/INBOX,Sent`. New messages come as mbox files, format `mbox`.

The server keeps everything as it is: mailboxes are opened for reading only, and no message is marked as read. What was
fetched is known by UIDVALIDITY and UID, the numbers a server must never use twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flows.imap.address import address
from flows.imap.mailbox import file_name, mbox_bytes
from flows.imap.session import BROKEN, session
from flows.places.contract import Fetched, Place
from schemas.errors import CallqaError, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from flows.imap.session import Listed, Message, Session

SCHEMES = ("imap", "imaps")
FILE_MESSAGES, FILE_BYTES = 500, 64 << 20
# Asked for with one command; what a command brings is kept whole or not at all.
GROUP_MESSAGES, GROUP_BYTES = 100, 8 << 20
MESSAGE_BYTES = 100 << 20  # more than the reader of mbox can be set to take
_LISTED_AT_ONCE, _UIDS_AT_ONCE = 100_000, 1 << 16

Group = tuple[int, "list[Message]"]  # the UID it ends with, and its messages


def fetch(place: Place, folder: Path, memory: dict[str, Any]) -> Iterator[Fetched]:
    """Fetch the messages that are new in each mailbox, in the order of their UIDs, as mbox files.

    `memory` is {"mailboxes": {name: {"uidvalidity": n, "last_uid": n}}}. A mailbox whose UIDVALIDITY changed is fetched
    from its beginning. Messages that are too large are left there and raise when all others were fetched.
    """
    at = address(place.url)
    if not place.secret:
        raise CallqaError("no password", where=Where(at.shown), fix="Name its environment variable in secret_env.")
    kept: dict[str, dict[str, int]] = dict(memory.get("mailboxes", {}))
    limit = min(MESSAGE_BYTES, (place.limits.file_mb << 20) // 2)
    too_large: list[str] = []
    with session(at, place.secret) as server:
        for name in at.mailboxes:
            box = _Mailbox(server, name, limit, at.since)
            note = box.open(kept.get(name, {}))
            for file in _files(box, folder):
                kept = kept | {name: {"uidvalidity": box.uidvalidity, "last_uid": file.last_uid}}
                yield Fetched(file.path.name, file.bytes, {"mailboxes": kept}, note)
                note = None
            too_large += box.too_large
    if too_large:
        raise CallqaError(
            f"{len(too_large)} messages are too large",
            where=Where(at.shown),
            found=too_large[0],
            expected=f"at most {limit} bytes",
            fix="They stay on the server; all others were fetched.",
        )


@dataclass
class _Mailbox:
    """One mailbox and how far it is fetched."""

    server: Session
    name: str
    limit: int
    since: date | None = None
    uidvalidity: int = 0
    last_uid: int = 0
    top: int = 0
    at_once: int = 0
    too_large: list[str] = field(default_factory=list)

    def open(self, known: dict[str, int]) -> str | None:
        """Open it where the last night stopped. Returns what the operator should know."""
        self.uidvalidity, exists, self.top = self.server.examine(self.name)
        self.at_once = self.top if exists <= _LISTED_AT_ONCE else _UIDS_AT_ONCE
        before = known.get("uidvalidity")
        if before in (None, self.uidvalidity):
            self.last_uid = known.get("last_uid", 0)
            return None
        return f"mailbox {self.name} was made anew on the server (UIDVALIDITY): all of it is fetched again"

    def groups(self) -> Iterator[Group]:
        """Yield the new messages, some at a time."""
        at = self.last_uid
        while at < self.top:
            until = min(at + self.at_once, self.top)
            for group in _grouped(self.server.listing(at + 1, until)):
                wanted = {one.uid: one.size for one in group if self._is_wanted(one)}
                yield group[-1].uid, self.server.messages(wanted) if wanted else []
            at = until

    def _is_wanted(self, one: Listed) -> bool:
        if self.since is not None and one.received is not None and one.received.date() < self.since:
            return False
        if one.size > self.limit:
            self.too_large.append(f"{self.name} UID {one.uid}: {one.size} bytes")
        return one.size <= self.limit


@dataclass
class _File:
    """An mbox file under way. A group is written whole, so the file always ends with the last message of one."""

    path: Path
    messages: int = 0
    bytes: int = 0
    last_uid: int = 0

    def add(self, last_uid: int, messages: list[Message]) -> None:
        try:
            with self.path.open("ab" if self.messages else "wb") as out:
                self.bytes += sum(out.write(mbox_bytes(message)) for message in messages)
        except OSError as problem:
            raise CallqaError(f"cannot write: {problem.strerror}", where=Where(self.path)) from None
        self.messages += len(messages)
        self.last_uid = last_uid

    @property
    def is_full(self) -> bool:
        return self.messages >= FILE_MESSAGES or self.bytes >= FILE_BYTES


def _files(box: _Mailbox, folder: Path) -> Iterator[_File]:
    file: _File | None = None
    try:
        for last_uid, messages in box.groups():
            if file is None and messages:
                file = _File(folder / file_name(box.name, box.uidvalidity, messages[0].uid))
            if file is not None:
                file.add(last_uid, messages)
                if file.is_full:
                    yield file
                    file = None
    except BROKEN:
        if file is not None:
            yield file  # what came before the connection broke
        raise
    if file is not None:
        yield file


def _grouped(listing: Iterable[Listed]) -> Iterator[list[Listed]]:
    group: list[Listed] = []
    size = 0
    for one in listing:
        if group and (len(group) >= GROUP_MESSAGES or size + one.size > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(one)
        size += one.size
    if group:
        yield group
