"""A file that is one e-mail."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from flows.reading import mail
from flows.reading.mail_split import split
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.mail_settings import Settings


def single(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the one message as a row of `message` or as a reject. Raises InputRefused for an empty file or an mbox."""
    cap = settings.message_mb << 20
    with file.path.open("rb") as stream:
        content = stream.read(cap + 1)
        size = file.path.stat().st_size
        if not content.strip():
            raise InputRefused("empty file", where=Where(file.name), expected="an e-mail", fix="Export it again.")
        from_line = content.startswith(b"From ")
        if from_line and len(list(islice(split(stream, cap), 2))) > 1:
            raise InputRefused(
                "several messages in one file",
                where=Where(file.name),
                expected="one e-mail",
                fix="Name the format mbox for this source.",
            )
    yield from mail.chunks(iter([mail.Record(1, 0, size, content, from_line)]), file, settings)
