"""HTML of a mail to plain text, in one pass.

Not with the standard library's parser: 100 kB of `<a <a <a` keep it busy for two minutes. Whatever is left open here
(a comment, a script, a tag) runs to the end of the text, as in a browser, so nothing is scanned twice.
"""

from __future__ import annotations

import re
from html import unescape

from flows.reading.mail_head import MessageRefused
from flows.reading.mail_text import TEXT_CHARS

MOST_TAGS = 200_000
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})")
_UNQUOTED = re.compile(r"""(?:[^>"']|"[^"]*+"|'[^']*+')*+>""")
_SPACE = re.compile(r"[\s\xa0]+")
_HUGE_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
_CLOSE = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title", "template")}
_LINE = {"br", "div", "tr", "li", "ul", "ol", "table", "hr", "dt", "dd", "section", "article", "header", "footer"}
_PARAGRAPH = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"}
_CELL = {"td", "th"}


def to_text(html: str) -> str:
    """Return the words of an HTML document: one line per block, scripts and styles dropped, quotes marked with `> `.

    Raises MessageRefused when it has more than MOST_TAGS tags, or more text than anybody reads.
    """
    writer = _Writer()
    at, tags, quotes_pair = 0, 0, True
    while opening := _MARKUP.search(html, at):
        start = opening.start()
        writer.text(html[at:start])
        tags += 1
        if tags > MOST_TAGS:
            raise MessageRefused("too_large", "body", f"more than {MOST_TAGS} HTML tags", f"at most {MOST_TAGS}")
        tag = _TAG.match(html, start)
        if tag is None:
            at = _after(html, "-->" if html.startswith("<!--", start) else ">", start)
            continue
        closed = _UNQUOTED.match(html, tag.end()) if quotes_pair else None
        quotes_pair = closed is not None  # one quote left open: from here a tag ends at the next `>`, whatever it says
        at = closed.end() if closed else _after(html, ">", start)
        name = tag.group(2).lower()
        if name in _CLOSE and not tag.group(1):
            end = _CLOSE[name].search(html, at)
            at = end.start() if end else len(html)
        else:
            writer.tag(name, closing=bool(tag.group(1)))
    writer.text(html[at:])
    return writer.result()


def _after(html: str, mark: str, start: int) -> int:
    end = html.find(mark, start)
    return len(html) if end == -1 else end + len(mark)


class _Writer:
    """Collects lines; knows how deep in quotes and preformatted text it is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = 0
        self.pre = 0
        self.chars = 0

    def text(self, raw: str) -> None:
        self.chars += len(raw)
        if self.chars > 2 * TEXT_CHARS:
            raise MessageRefused(
                "too_large", "body", f"{self.chars} characters of HTML text", f"at most {2 * TEXT_CHARS}"
            )
        if not raw:
            return
        text = unescape(_HUGE_NUMBER.sub("\ufffd", raw)) if "&" in raw else raw
        if not self.pre:
            self.line.append(_SPACE.sub(" ", text))
            return
        *whole, last = text.split("\n")
        for part in whole:
            self.line.append(part)
            self.end_line()
        self.line.append(last)

    def tag(self, name: str, *, closing: bool) -> None:
        if name in _LINE or name in _PARAGRAPH:
            self.end_line(only_if_begun=name != "br")
        if name == "blockquote" and closing:
            self.quote = max(self.quote - 1, 0)
        if name in _PARAGRAPH and self.lines and self.lines[-1].strip("> "):
            self.lines.append(self.prefix().rstrip())
        if name == "blockquote" and not closing:
            self.quote += 1
        elif name == "pre":
            self.pre = max(self.pre + (-1 if closing else 1), 0)
        elif name in _CELL and not closing and self.line:
            self.line.append(" ")
        elif name == "li" and not closing:
            self.line.append("- ")

    def end_line(self, *, only_if_begun: bool = True) -> None:
        text = "".join(self.line)
        self.line = []
        if not self.pre:
            text = _SPACE.sub(" ", text).strip()
        if text.strip() or not only_if_begun or self.pre:
            self.lines.append((self.prefix() + text).rstrip())

    def prefix(self) -> str:
        # Nesting is shown no deeper than people write it: a thousand open quotes must not cost a thousand marks a line.
        return "> " * min(self.quote, 8)

    def result(self) -> str:
        self.end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")
