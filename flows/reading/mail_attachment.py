"""What hangs on a mail: name, type and size of each file. The file itself is not opened, kept or written anywhere."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from flows.reading.mail_head import decoded
from flows.reading.mail_text import decode

if TYPE_CHECKING:
    from flows.reading.mail_head import Head

NAME_CHARS = 200
_EXTENDED = re.compile(r"([A-Za-z0-9_-]{1,40})'[A-Za-z0-9-]{0,40}'(.*)", re.DOTALL)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")


def attachment(head: Head, kind: str, parameters: dict[str, str], raw: bytes) -> dict[str, Any]:
    """Return {"name", "type", "bytes"} of an attached part; `raw` is its body as it stands in the message.

    A name is what the sender wrote: without folders, control characters and marks that turn the direction of writing
    (`invoice\u202efdp.exe` shows as `invoiceexe.pdf`), at most 200 characters; None when there is none.
    """
    _, named = head.parameters("content-disposition")
    given = named.get("filename") or parameters.get("name")
    encoding = (head.first("content-transfer-encoding") or "").strip().lower()
    return {
        "name": _plain(given) if given else None,
        "type": kind if _TYPE.fullmatch(kind) else None,
        "bytes": _size(raw, encoding),
    }


def _plain(given: str) -> str | None:
    extended = _EXTENDED.fullmatch(given[:2000])
    name = decode(unquote_to_bytes(extended.group(2)), extended.group(1))[0] if extended else decoded(given[:2000])
    last = re.split(r"[\\/]", name)[-1]
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return unicodedata.normalize("NFC", " ".join(shown.split())[:NAME_CHARS]).strip(". ") or None


def _size(raw: bytes, encoding: str) -> int:
    """Return the size in bytes once decoded, the same whether lines end in LF or CRLF."""
    if encoding == "base64":
        return len(raw.translate(None, b"\r\n\t =")) * 3 // 4
    return len(raw.replace(b"\r\n", b"\n").strip(b"\n"))
