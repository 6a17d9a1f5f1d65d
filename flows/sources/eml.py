"""eml: one e-mail in one file, as mail programs save a message. See docs/sources/eml.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading import mail, mail_settings
from flows.reading.mail_single import single

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

ABOUT = mail.about("E-mail: one message a file", streams=False)
Settings = mail_settings.Settings


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return mail_settings.settings(raw, where)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the one message as a row of `message` or as a reject. Raises InputRefused for an empty file or an mbox."""
    yield from single(file, settings)
