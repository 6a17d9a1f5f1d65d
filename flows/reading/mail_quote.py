"""What is new in a mail: the text without the messages it answers or forwards, and without the signature.

German and English forms only. Where a form is not recognised the text stays: too much is visible, too little is lost.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"\s{0,3}>")
# The line above a quote may be broken over several: its begin is recognised, then up to three lines are joined.
_ATTRIBUTION_BEGIN = re.compile(r"\s{0,3}(?:On|Am)\s(?:\w{2,12}\.?,?\s){0,2}(?:den\s)?\d")
_ATTRIBUTION_LINES, _ATTRIBUTION_CHARS = 3, 600
_DIVIDER = re.compile(
    r"\s*\*?(?:-{2,}|_{2,})\s*(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Forwarded message|"
    r"Weitergeleitete Nachricht)\s*(?:-{2,}|_{2,})\*?\s*|"
    r"\s*(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht):\s*",
    re.IGNORECASE,
)
_BLOCK_BEGIN = re.compile(r"\s*\*?(?:From|Von)\s?:\*?\s?\S")
_BLOCK_FIELD = re.compile(
    r"\s*\*?(?:From|Sent|Date|To|Cc|Subject|Reply-To|Von|Gesendet|Datum|An|Kopie|Betreff)\s?:\*?", re.IGNORECASE
)
_BLOCK_LINES, _BLOCK_FIELDS = 6, 3
_SIGNATURE = re.compile(r"--\s*")
_RULE = re.compile(r"\s*[_*-]{5,}\s*")


def new_text(text: str) -> str:
    """Return the new words of a body (lines ended by newlines), without blank lines around them."""
    lines = text.split("\n")
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _ends_here(lines, at):
            while kept and (not kept[-1].strip() or _RULE.fullmatch(kept[-1])):
                kept.pop()
            break
        length = _attribution(lines, at)
        if length and not _quote_follows(lines, at + length) and any(line.strip() for line in kept):
            break  # quoted without marks: what stands below is the old message (unless nothing new stands above)
        if length:
            at += length
            continue
        if not _QUOTED.match(lines[at]):
            kept.append(lines[at])
        at += 1
    return "\n".join(kept).strip()


def _ends_here(lines: list[str], at: int) -> bool:
    """Whether nothing new can follow: a signature, a divider, or the header block of an older message."""
    line = lines[at]
    if _SIGNATURE.fullmatch(line) or _DIVIDER.fullmatch(line):
        return True
    if not _BLOCK_BEGIN.match(line):
        return False
    near = [other for other in lines[at : at + 2 * _BLOCK_LINES] if other.strip()][:_BLOCK_LINES]
    return sum(bool(_BLOCK_FIELD.match(other)) for other in near) >= _BLOCK_FIELDS


def _attribution(lines: list[str], at: int) -> int:
    """Return how many lines the `On … wrote:` at this place takes; 0 when there is none."""
    if not _ATTRIBUTION_BEGIN.match(lines[at]):
        return 0
    for count in range(1, _ATTRIBUTION_LINES + 1):
        joined = " ".join(lines[at : at + count]).strip()
        if len(joined) > _ATTRIBUTION_CHARS or joined.endswith((".", "!", "?")):
            return 0
        words = joined.removesuffix(":").rstrip()
        if joined.endswith(":") and (" schrieb" in words or words.endswith((" wrote", " geschrieben"))):
            return count
    return 0


def _quote_follows(lines: list[str], at: int) -> bool:
    following = (line for line in lines[at : at + 3] if line.strip())
    return bool(_QUOTED.match(next(following, "")))
