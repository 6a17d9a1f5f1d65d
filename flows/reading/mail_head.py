"""Header fields of a message or part, read in one pass, and the small grammars in them.

Written by us because the standard library is quadratic on hostile input (20,000 addresses in one header take it a
minute). Every function here is linear in its input, and the head is capped before it is looked at.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from flows.reading.mail_text import decode

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\s]*)\?=")
# A backslash is no escape here: with it, every unclosed quote would be scanned to the end of the field.
_COMMENT_OR_QUOTED = re.compile(r'"[^"]*"|\([^()]*\)')
_ANGLE = re.compile(r"<([^<>\s]*)>")
_TOKEN = re.compile(r"[^\s<>,;:\"()\[\]\\]+")
_ID = re.compile(r"<([^<>\s]{1,998})>")
_PARAMETER = re.compile(r';\s*([\w-]{1,40})(\*[\d*]*)?\s*=\s*(?:"([^"]*)"|([^;\s"]*))')
_PARAMETERS_READ = 2000


class MessageRefused(Exception):
    """One message cannot become a row: the rule it broke, the field, what was found and expected."""

    def __init__(self, rule: str, field: str | None, found: str | None, expected: str) -> None:
        """Keep the four parts of a reject."""
        super().__init__(rule)
        self.rule, self.field, self.found, self.expected = rule, field, found, expected


@dataclass(frozen=True)
class Head:
    """Header fields in order, names in small letters, values unfolded but not decoded; `body` is where they end."""

    fields: tuple[tuple[str, str], ...]
    body: int

    def first(self, name: str) -> str | None:
        """Return the first field of that name; None when there is none."""
        return next((value for key, value in self.fields if key == name), None)

    def every(self, name: str) -> list[str]:
        """Return all fields of that name."""
        return [value for key, value in self.fields if key == name]

    def parameters(self, name: str) -> tuple[str, dict[str, str]]:
        """Return a field's value in small letters and its parameters (`text/html`, {"charset": "utf-8"})."""
        text = (self.first(name) or "")[:_PARAMETERS_READ]
        value = re.split(r"[;\s]", text, maxsplit=1)[0].lower()
        found: dict[str, str] = {}
        for match in _PARAMETER.finditer(text):
            quoted, plain = match.group(3), match.group(4)
            part = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
            key = match.group(1).lower()  # RFC 2231 cuts long values into name*0, name*1: put together again
            found[key] = found[key] + part if match.group(2) and key in found else found.get(key, part)
        return value, found


def read_head(message: bytes, start: int, end: int, limit: int) -> Head:
    """Read the header fields of `message[start:end]`. Raises MessageRefused when they are longer than `limit` bytes.

    Like other mail programs, takes the first line that is no header field for the beginning of the body.
    """
    fields: list[tuple[str, list[bytes]]] = []
    at = start
    while at < end:
        stop = message.find(b"\n", at, min(end, start + limit + 1)) + 1
        if stop == 0:
            stop = min(end, start + limit + 1)
        if stop - start > limit:
            raise MessageRefused("too_large", "header", f"more than {limit} bytes", f"at most {limit} bytes")
        line = message[at:stop].rstrip(b"\r\n")
        if not line:
            return Head(_unfolded(fields), stop)
        match = _FIELD.match(line)
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif match:
            fields.append((match.group(1).decode("ascii").lower(), [line[match.end() :]]))
        elif not line.startswith((b"From ", b">From ")):
            return Head(_unfolded(fields), at)
        at = stop
    return Head(_unfolded(fields), end)


def _unfolded(fields: list[tuple[str, list[bytes]]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, decode(b"".join(lines), "")[0].strip()) for name, lines in fields)


def decoded(text: str) -> str:
    """Return a header value with its encoded words (`=?utf-8?q?Gr=C3=BC=C3=9Fe?=`) decoded and its space collapsed."""
    out: list[str] = []
    run: list[bytes] = []  # neighbouring words of one charset: a letter may be cut in two between them
    charset, at = "", 0
    for match in _WORD.finditer(text):
        between = text[at : match.start()]
        raw = _word_bytes(match.group(2), match.group(3))
        if run and (between.strip() or charset != match.group(1).lower() or raw is None):
            out.append(decode(b"".join(run), charset)[0])
            run = []
            between = between if between.strip() else ""
        elif run:
            between = ""
        out.append(between)
        if raw is None:
            out.append(match.group())
        else:
            run.append(raw)
        charset, at = match.group(1).lower(), match.end()
    if run:
        out.append(decode(b"".join(run), charset)[0])
    return " ".join(("".join(out) + text[at:]).split())


def _word_bytes(encoding: str, content: str) -> bytes | None:
    """Return the bytes of one encoded word; None when it is broken and must stay as it stands."""
    raw = content.encode("utf-8")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return None


def addresses(values: list[str]) -> list[str]:
    """Return the addresses in To, Cc or From fields, in small letters, names and comments left out, no repeats.

    List archives write `name at host.org`: read as an address when the field has no @ at all.
    """
    found: dict[str, None] = {}
    for value in values:
        plain = _COMMENT_OR_QUOTED.sub(" ", value)
        for chunk in re.split(r"[,;]", plain):
            one = _address(chunk, munged="@" not in plain)
            if one:
                found[one.lower()] = None
    return list(found)


def _address(chunk: str, *, munged: bool) -> str | None:
    angle = _ANGLE.search(chunk)
    if angle and "@" in angle.group(1):
        return angle.group(1)
    tokens = _TOKEN.findall(chunk)
    if not munged:
        return next((token for token in tokens if "@" in token.strip("@")), None)
    pairs = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return next((f"{name}@{host}" for name, at, host in pairs if at == "at" and "." in host), None)


def message_ids(value: str | None) -> list[str]:
    """Return the Message-IDs in a field, without angle brackets; a lone id without brackets is taken too."""
    found = _ID.findall(value or "")
    if not found and value and re.fullmatch(r"[^<>\s]{1,998}", value.strip("<> \t")):
        return [value.strip("<> \t")]
    return found
