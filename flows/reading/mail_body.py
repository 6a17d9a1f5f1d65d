"""The text of a message from its MIME parts: what the sender wrote, and how many files hang on it.

Parts are found by searching for their boundaries in the message's own bytes (nothing is copied), under caps on depth
and number: the standard library's parser fails on deep nesting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flows.reading.mail_attachment import attachment
from flows.reading.mail_head import Head, MessageRefused, read_head
from flows.reading.mail_html import to_text
from flows.reading.mail_text import decode, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.reading.mail_settings import Settings

LINES_PER_PART = 200
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_DELIMITER_END = re.compile(rb"(--)?[ \t]*\r?(?:\n|\Z)")


@dataclass(frozen=True)
class Text:
    """Text of a part: written plain, or converted from HTML."""

    words: str
    is_plain: bool


@dataclass
class Body:
    """Walks the parts of one message. `text()` once, then `attachments` and `problems` are complete.

    `problems` names what could not be read as declared, for the row's `extra`: the words are then unknown or doubtful.
    """

    message: bytes
    settings: Settings
    escaped: bool = False  # an mbox writes lines that begin with `From ` as `>From `, and `>From ` as `>>From `
    parts: int = 0
    lines: int = 0  # that look like delimiters
    head_bytes: int = 0  # of all parts together: no part may have what the message itself may not
    attachments: list[dict[str, Any]] = field(default_factory=list)  # name, type and size in bytes, by their order
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, head: Head, end: int) -> str | None:
        """Return the message's text; None when it has none, "" when it is empty.

        Raises MessageRefused for more parts or deeper nesting than the settings allow.
        """
        found = self._part(head, end, 0)
        return found.words if found else None

    def _part(self, head: Head, end: int, depth: int, default: str = "text/plain") -> Text | None:
        self.parts += 1
        if self.parts > self.settings.parts:
            raise MessageRefused("too_many_parts", "parts", f"more than {self.settings.parts}", self._at_most("parts"))
        if depth > self.settings.depth:
            raise MessageRefused("too_deep", "depth", f"more than {self.settings.depth} levels", self._at_most("depth"))
        kind, parameters = head.parameters("content-type")
        kind = kind if "/" in kind else default
        if kind.startswith("multipart/"):
            return self._several(head, end, depth, kind, parameters.get("boundary", ""))
        if _is_file(head, kind, parameters):
            self.attachments.append(attachment(head, kind, parameters, self._raw(head, end)))
            return None
        return self._words(head, end, kind, parameters) if kind in ("text/plain", "text/html") else None

    def _at_most(self, cap: str) -> str:
        return f"at most {getattr(self.settings, cap)} (setting {cap})"

    def _several(self, head: Head, end: int, depth: int, kind: str, boundary: str) -> Text | None:
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        found: list[Text] = []
        empty = True
        for start, stop in self._children(boundary, head.body, end) if boundary else ():
            empty = False
            inner = read_head(self.message, start, stop, (self.settings.header_kb << 10) - self.head_bytes)
            self.head_bytes += inner.body - start
            part = self._part(inner, stop, depth + 1, default)
            if part is not None:
                found.append(part)
        if empty:
            self.problems["body"] = f"{kind} without parts"
        if kind == "multipart/alternative":
            return max(found, key=lambda part: (bool(part.words.strip()), part.is_plain), default=None)
        if not found:
            return None
        return Text("\n".join(part.words for part in found), all(part.is_plain for part in found))

    def _children(self, boundary: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield begin and end of every part between the boundary's delimiter lines; text around them is no part."""
        message, mark = self.message, b"\n--" + boundary.encode("utf-8", "replace")
        begun: int | None = None
        at = message.find(mark, max(start - 1, 0), end)
        while at != -1:
            self.lines += 1
            if self.lines > LINES_PER_PART * self.settings.parts:
                raise MessageRefused("too_many_parts", "parts", "too many delimiter lines", self._at_most("parts"))
            line = _DELIMITER_END.match(message, at + len(mark), end)
            if line:
                if begun is not None:
                    yield begun, max(at - (message[at - 1 : at] == b"\r"), begun)
                if line.group(1):
                    return
                begun = line.end()
            at = message.find(mark, at + 1, end)
        if begun is not None:
            yield begun, end

    def _words(self, head: Head, end: int, kind: str, parameters: dict[str, str]) -> Text | None:
        encoding = (head.first("content-transfer-encoding") or "").strip().lower()
        data = unwrapped(self._raw(head, end), encoding)
        if data is None:
            self.problems["encoding"] = encoding[:80]
            return None
        text, trouble = decode(data, parameters.get("charset", ""))
        if trouble:
            self.problems["charset"] = trouble[:80]
        return Text(text, is_plain=True) if kind == "text/plain" else Text(to_text(text), is_plain=False)

    def _raw(self, head: Head, end: int) -> bytes:
        raw = self.message[head.body : end]
        return _ESCAPED.sub(rb"\1", raw) if self.escaped and b">From " in raw else raw


def _is_file(head: Head, kind: str, parameters: dict[str, str]) -> bool:
    """An attachment: declared one, an attached message, or a named file that is not shown in the text."""
    disposition, named = head.parameters("content-disposition")
    if disposition == "attachment" or kind in ("message/rfc822", "message/global"):
        return True
    if kind in ("text/plain", "text/html") or not ("filename" in named or "name" in parameters):
        return False
    return head.first("content-id") is None and not (disposition == "inline" and kind.startswith("image/"))
