"""What is new in a mail: the text without the messages it answers or forwards, and without the signature.

Line by line, with at most a few lines joined, so the time grows with the length of the text whatever it says. The words
of the languages are in mail_quote_words.py. Where a form is not recognised the text stays: too much is visible, too
little is lost.
"""

from __future__ import annotations

import re

from flows.reading import mail_quote_words as words

_QUOTED = re.compile(r"\s{0,3}>")
# The line above a quote may be broken over several: its begin is recognised, then some lines are joined.
_LINES, _CHARS = 5, 600
_DATE = r"\d{4}(?:[-/.]\d|\s?[年년])|\d{1,2}(?:[./]\d{1,2}[./]\d{2}|\.?\s\w{3,12}\.?\s\d{4})"
_ADDRESS = r"<[^<>\s@]{1,100}@[^<>\s@]{1,100}>"
_LEAD = re.compile(rf"\s{{0,3}}(?:-{{2,5}}\s)?(?:{words.LEAD})(?:\b.?\s?\S|(?=\d))")
_BEGIN = re.compile(
    rf"{_LEAD.pattern}|\s{{0,3}}(?:(?:{words.WEEKDAY})\.?,?\s{{1,2}}(?=\S{{0,9}}\s{{0,2}}\d)|{_DATE})", re.IGNORECASE
)
_NAME_AND_ADDRESS = re.compile(rf"\s{{0,3}}[^<>@:.!?\d]{{1,60}}{_ADDRESS}")
_WROTE = re.compile(
    rf"(?:\b(?:{words.WROTE_LAST})|(?:{words.WROTE_LAST_UNSPACED}))\s?(?:[:：]|-{{2,5}})$|"
    rf"\b(?:{words.WROTE_THEN_NAME})\b.*[:：]$"
)
_SOMEBODY = re.compile(rf"\b(?:{words.SOMEBODY})\b", re.IGNORECASE)
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
# Without a verb: `2026-03-02 10:00 GMT+01:00 Kim`, `2026/3/2 Kim <k@…>`, `пн, 2 мар. 2026 г. в 10:00, Kim <k@…>:`.
_DATE_AND_NAME = re.compile(
    r"\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d [^:]{1,200}:?|"
    rf"\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}\s[^:]{{1,200}}{_ADDRESS}:?"
)
_CLOCK_AND_ADDRESS = re.compile(rf"\d{{1,2}}[:.]\d\d\b[^<>]{{0,200}}{_ADDRESS}[:：]$")

_DIVIDER = re.compile(
    rf"\s{{0,9}}\*?[-_]{{2,}}\s{{0,9}}(?:{words.DIVIDER})\s{{0,9}}[-_]{{2,}}\*?\s*|"
    rf"\s{{0,9}}(?:{words.FORWARD_BEGINS})\s?:\s*|"
    r"-{10,20} next part -{10,20}\s*",  # where Mailman tells what it took off
    re.IGNORECASE,
)
_BLOCK_FIELD = {
    sender.lower(): re.compile(rf"\s{{0,9}}\*?(?:{fields})\s?[:：]", re.IGNORECASE)
    for sender, fields in words.BLOCK.items()
}
_BLOCK_BEGIN = re.compile(rf"\s{{0,9}}\*?({'|'.join(words.BLOCK)})\s?[:：]\*?\s?\S", re.IGNORECASE)
_BLOCK_LINES, _BLOCK_FIELDS = 6, 3
_SIGNATURE = re.compile(r"--\s*")
_RULE = re.compile(r"[_*-]{5,}|ᐧ|")
_SENT_FROM = re.compile(words.SENT_FROM, re.IGNORECASE)
_DEVICE = re.compile(rf"\b(?:{words.DEVICE})\b|iPhone", re.IGNORECASE)
_LONGEST_SENT_FROM = 120
# Most lines are told to be somebody's own words by their first one alone.
_FIRST_WORDS = {
    re.split(r"[^\w]", form)[0].lower()
    for form in "|".join([words.LEAD, words.WEEKDAY, words.FORWARD_BEGINS, *words.BLOCK]).split("|")
}
_UNSPACED = "\u2e80"  # from here on, scripts that put no blanks between words


def new_text(text: str) -> str:
    """Return the new words of a body (lines ended by newlines), without blank lines around them."""
    lines = text.split("\n")
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _is_plain(lines[at]):
            kept.append(lines[at])
            at += 1
            continue
        if _ends_here(lines, at):
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
    while kept and _is_furniture(kept[-1]):
        kept.pop()
    return "\n".join(kept).strip()


def _is_plain(line: str) -> bool:
    """Whether a line cannot begin anything this module looks for."""
    first = line.split(None, 1)
    if not first:
        return True
    word = first[0]
    is_word = word[0].isalpha() and word[0] < _UNSPACED and "<" not in line
    return is_word and word.partition(":")[0].rstrip(".,").lower() not in _FIRST_WORDS


def _ends_here(lines: list[str], at: int) -> bool:
    """Whether nothing new can follow: a signature, a divider, or the header block of an older message."""
    line = lines[at]
    if _SIGNATURE.fullmatch(line) or _DIVIDER.fullmatch(line):
        return True
    begin = _BLOCK_BEGIN.match(line)
    if not begin:
        return False
    field = _BLOCK_FIELD[begin.group(1).lower()]
    near = [other for other in lines[at : at + 2 * _BLOCK_LINES] if other.strip()][:_BLOCK_LINES]
    return sum(bool(field.match(other)) for other in near) >= _BLOCK_FIELDS


def _attribution(lines: list[str], at: int) -> int:
    """Return how many lines the `On … wrote:` at this place takes; 0 when there is none."""
    if not (_BEGIN.match(lines[at]) or _NAME_AND_ADDRESS.match(lines[at])):
        return 0
    joined = ""
    for count in range(1, min(_LINES, len(lines) - at) + 1):
        line = lines[at + count - 1].strip()
        joined = f"{joined} {line}".strip()
        if len(joined) > _CHARS or joined.endswith((".", "!", "?")) or (count > 1 and _LEAD.match(line)):
            return 0
        if _is_attribution(joined, lines, at + count):
            return count
    return 0


def _is_attribution(line: str, lines: list[str], below: int) -> bool:
    """Whether a line introduces an older message. Where no quote marks follow, it must name an address or a time."""
    if _DATE_AND_NAME.fullmatch(line):
        return True
    if not line.endswith((":", "：", "--")):
        return False
    if "<" in line and _CLOCK_AND_ADDRESS.search(line) and _BEGIN.match(line):
        return True
    if not _WROTE.search(line) or _SOMEBODY.search(line):
        return False
    return "@" in line or bool(_CLOCK.search(line)) or _quote_follows(lines, below)


def _quote_follows(lines: list[str], at: int) -> bool:
    following = (line for line in lines[at : at + 3] if line.strip())
    return bool(_QUOTED.match(next(following, "")))


def _is_furniture(line: str) -> bool:
    """A blank line, a rule, or what a phone writes below every mail."""
    plain = line.strip()
    if _RULE.fullmatch(plain):
        return True
    return len(plain) <= _LONGEST_SENT_FROM and bool(_SENT_FROM.fullmatch(plain) and _DEVICE.search(plain))
