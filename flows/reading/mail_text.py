"""Bytes of a mail to text: charsets, transfer encodings, Unicode NFC. Nothing here raises for bad input."""

from __future__ import annotations

import binascii
import codecs
import re
import unicodedata
from functools import cache

_NO_LATIN = re.compile("[\u0300-\U0010ffff]{65}")  # told quickly; all combining marks are among these
# Longer than anybody writes; what is pasted in beyond it would cost seconds to strip of quotes.
TEXT_CHARS = 1 << 20
# Charsets by the name of Python's codec. Other codecs (punycode, unicode_escape, rot13 …) are no charsets of mail, and
# some of them are slow or unsafe.
_CODECS = re.compile(
    r"ascii|utf-8|utf-16(-[bl]e)?|utf-32(-[bl]e)?|iso8859-\d+|cp(037|437|720|737|775|85\d|86\d|874|932|949|950|125\d)|"
    r"koi8-[rtu]|mac-\w+|gb2312|gbk|gb18030|hz|big5(hkscs)?|euc_\w+|shift_jis\w*|iso2022_\w+|johab|tis-620|ptcp154"
)
# Labels that mean "I do not know", and those whose users mean the Windows superset.
_UNSAID = ("", "ascii", "iso8859-1")


def decode(data: bytes, charset: str) -> tuple[str, str | None]:
    """Return the text, and the charset's name when it is unknown or does not fit the bytes (None when all is well).

    Mail without a charset, or labelled ASCII, is read as UTF-8 if it is valid UTF-8 (hardly ever by chance), else as
    Windows-1252; so is mail labelled Latin-1, as every browser reads it: that is what its senders used.
    """
    name = _codec(charset)
    if name is not None and name not in _UNSAID:
        try:
            return data.decode(name), None
        except UnicodeDecodeError:
            return data.decode(name, "replace"), charset
    trouble = charset if name is None else None
    order = ("cp1252", "latin-1") if name == "iso8859-1" else ("utf-8", "cp1252", "latin-1")
    for attempt in order:
        try:
            return data.decode(attempt), trouble
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes any bytes")


def _codec(charset: str) -> str | None:
    if not charset:
        return ""
    if not re.fullmatch(r"[A-Za-z0-9_.:()-]{1,40}", charset):
        return None
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    return name if _CODECS.fullmatch(name) else None


def unwrapped(data: bytes, encoding: str) -> bytes | None:
    """Undo a Content-Transfer-Encoding; None when the bytes cannot be had back."""
    if encoding in ("", "7bit", "8bit", "binary"):
        return data
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding == "base64":
        try:
            return binascii.a2b_base64(data + b"==")
        except binascii.Error:
            return None
    return None


def stacked(text: str) -> int:
    """Return the length of the longest run of combining marks over 64, else 0.

    Normalising such a run takes time in the square of its length (40,000 marks: seconds), and no language writes it.
    """
    if text.isascii() or not _NO_LATIN.search(text):
        return 0
    return max((len(run) for run in _marks().findall(text)), default=0)


@cache
def _marks() -> re.Pattern[str]:
    marks = "".join(char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(char))
    return re.compile(f"[{marks}]{{65,}}")


def nfc(text: str) -> str:
    """Return the text in Unicode NFC with lines ended by newlines. Call `stacked` first."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return plain if plain.isascii() else unicodedata.normalize("NFC", plain)
