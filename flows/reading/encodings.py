"""Which text encodings a delimited file may have: UTF-8, or one byte a character with ASCII in its first half.

Delimiters, quotes and line ends are found as bytes. In an encoding where their bytes can be half of another character
(Shift JIS, GBK, UTF-16) that finds what is not there.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from schemas.errors import MappingError

if TYPE_CHECKING:
    from schemas.errors import Where


def is_utf8(encoding: str) -> bool:
    """Return whether a checked encoding is UTF-8."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def check_encoding(encoding: str, where: Where) -> None:
    """Raise MappingError unless files in this encoding can be read."""
    try:
        codecs.lookup(encoding)
        usable = is_utf8(encoding) or _is_single_byte(encoding)
    except (LookupError, UnicodeError, ValueError):
        raise MappingError(
            "unknown encoding", where=where, found=encoding, expected="utf-8, cp1252, iso8859-15, …"
        ) from None
    if not usable:
        raise MappingError("this encoding cannot be read", where=where, found=encoding, fix="Export the file as UTF-8.")


def _is_single_byte(encoding: str) -> bool:
    try:
        if any(bytes([code]).decode(encoding) != chr(code) for code in range(128)):
            return False
    except UnicodeError:
        return False
    pairs = [bytes([lead, trail]) for lead in range(128, 256) for trail in (0x40, 0xA1)]
    return all(len(pair.decode(encoding, "replace")) == 2 for pair in pairs)
