"""mbox: many e-mails in one file, as mail programs and servers export a mailbox. See docs/sources/mbox.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading import mail, mail_settings
from flows.reading.mail_split import split
from schemas.errors import InputRefused, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from flows.reading.contract import Chunk, SourceFile

ABOUT = mail.about("E-mail: a mailbox in one file", streams=True)
Settings = mail_settings.Settings


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return mail_settings.settings(raw, where)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the messages as rows of `message`, or as rejects. Raises InputRefused when the file is no mbox."""
    with file.path.open("rb") as stream:
        yield from mail.chunks(_records(stream, file, settings), file, settings)


def _records(stream: BinaryIO, file: SourceFile, settings: Settings) -> Iterator[mail.Record]:
    begin = _begin(stream, file)
    for number, piece in enumerate(split(stream, settings.message_mb << 20, begin), start=1):
        yield mail.Record(number, piece.start, piece.size, piece.content, from_line=True)


def _begin(stream: BinaryIO, file: SourceFile) -> int:
    """Return the offset of the first `From ` line; blank lines and a byte order mark may stand before it."""
    begin, line_no = (3, 1) if stream.read(3) == b"\xef\xbb\xbf" else (0, 1)
    stream.seek(begin)
    while (line := stream.readline(1 << 16)).strip(b"\r\n\t ") == b"" and line:
        begin += len(line)
        line_no += 1
    if line.startswith(b"From "):
        return begin
    found = line[:80].decode("utf-8", "backslashreplace") if line else "nothing"
    raise InputRefused(
        "empty file" if not line else "not an mbox",
        where=Where(file.name, line=line_no),
        found=found,
        expected="a line that begins with `From ` and starts the first message",
        fix="A single message is read by the format eml." if line else "Export the mailbox again.",
    )
