"""maildir: a folder of e-mails, one message a file, as mail servers keep them. See docs/sources/maildir.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flows.reading import mail, mail_settings
from flows.reading.contract import Chunk
from flows.reading.mail_single import single
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import SourceFile

ABOUT = mail.about("E-mail: a Maildir, one message a file", streams=False)
Settings = mail_settings.Settings

# `1772445600.M1P2.host,S=120:2,RS`; where file names may have no colon it is another sign.
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]{0,60})$")
_DRAFT = "D"
# What servers keep beside the messages: lists of UIDs, indexes, quotas.
_HOUSEKEEPING = re.compile(r"(?:dovecot|courier|cyrus\.|maildirsize|maildirfolder|subscriptions).*|.*\.lock")


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return mail_settings.settings(raw, where)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the one message as a row of `message` or as a reject; a draft and the server's own files are ignored.

    Raises InputRefused for an empty file, an mbox, and a message that is still being delivered (in `tmp`).
    """
    *folders, name = file.name.split("/")
    flags = _FLAGS.search(name)
    if folders[-1:] == ["tmp"]:
        raise InputRefused(
            "a message that is still being delivered",
            where=Where(file.name),
            expected="a file in `cur` or `new`",
            fix="Leave `tmp` out of the files of this source.",
        )
    if _HOUSEKEEPING.fullmatch(name) or (flags and _DRAFT in flags.group(1)):
        yield Chunk(1, ignored=1)
        return
    yield from single(file, settings)
