r"""Patterns of words, as people write them, to RE2.

    Guten Tag           the words, whatever their case, with word edges
    Überweisung         also UEBERWEISUNG, überweisung; ß and ss are one
    garantier*          any ending; `*` stands for letters within a word, alone for any one word
    {regex: "..."}      RE2, case ignored; outside of [...], ä, ö, ü, ß also match ae, oe, ue, ss, and ' any apostrophe

RE2's own `\b` and `\w` know ASCII only and would miss the Ü of Überweisung, so edges are written out. Patterns are
brought to Unicode NFC, as texts are when they are loaded.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# The large Unicode classes stand once in a pattern, at its edges: RE2 refuses patterns that unfold to too much.
EDGE_LEFT, EDGE_RIGHT = r"(?:^|[^\pL\pN_])", r"(?:$|[^\pL\pN_])"
_BETWEEN = r"\s\pZ[:punct:]„“”‚‘’«»–—…"
PART = f"[^{_BETWEEN}]*"
# Between two words: white space, no-break spaces too, and the punctuation speech recognisers put there.
GAP = f"[{_BETWEEN}]+"
_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_FOLDS = {umlaut: f"(?:{umlaut}|{plain})" for umlaut, plain in _WRITTEN_OUT.items()}
_FOLDS |= {plain: f"(?:{plain}|{umlaut})" for umlaut, plain in _WRITTEN_OUT.items()}
_FOLDS |= dict.fromkeys("'’‘", "['’‘]")
_TOKEN = re.compile(r"ae|oe|ue|ss|\*|\s+|.", re.DOTALL)
# An escape, a whole character class, or one of the letters that fold.
_REGEX_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|[äöüß'’‘]", re.IGNORECASE | re.DOTALL)
# RE2 gives each pattern a fixed memory: one very large alternation would fall back to its slow engine.
_AT_ONCE = 400


@dataclass(frozen=True)
class Pattern:
    """One pattern of a check. `path` is its key below the check's settings; `of_turns`: it is searched in turns."""

    path: str
    text: str
    is_regex: bool = False
    of_turns: bool = True

    @property
    def inner(self) -> str:
        """Return its RE2 without word edges, as `exact` takes it."""
        return folded(self.text) if self.is_regex else words(self.text)

    @property
    def re2(self) -> str:
        """Return the RE2 that decides."""
        return exact([self])


def words(pattern: str) -> str:
    """Return the RE2 of a pattern of words, without its edges."""
    parts = []
    for word in unicodedata.normalize("NFC", pattern).strip().lower().split():
        pieces = [PART if piece == "*" else _FOLDS.get(piece, re.escape(piece)) for piece in _TOKEN.findall(word)]
        parts.append(PART[:-1] + "+" if word == "*" else "".join(pieces))
    return GAP.join(parts)


def folded(regex: str) -> str:
    """Return a regex in which ä, ö, ü and ß, outside of character classes, also match ae, oe, ue and ss."""
    return _REGEX_TOKEN.sub(
        lambda found: _FOLDS.get(found.group().lower(), found.group()), unicodedata.normalize("NFC", regex)
    )


def exact(patterns: list[Pattern]) -> str:
    """Return one RE2 that matches any of the patterns: phrases as whole words, regexes as they are."""
    phrases = "|".join(dict.fromkeys(one.inner for one in patterns if not one.is_regex))
    whole = [f"{EDGE_LEFT}(?:{phrases}){EDGE_RIGHT}"] if phrases else []
    return "(?i)" + "|".join([*whole, *(f"(?:{one.inner})" for one in patterns if one.is_regex)])


def prefilter(patterns: list[Pattern]) -> list[str]:
    """Return few RE2 of which at least one matches wherever any of the patterns does.

    Phrases and regexes are kept apart: together in one alternation they measured 50 times slower than one after the
    other, because RE2's automaton outgrows its memory.
    """
    unique = list(dict.fromkeys(Pattern("", one.text, one.is_regex) for one in patterns if one.of_turns))
    kinds = [[one for one in unique if one.is_regex is regex] for regex in (False, True)]
    return [exact(kind[at : at + _AT_ONCE]) for kind in kinds for at in range(0, len(kind), _AT_ONCE)]
