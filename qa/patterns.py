r"""Patterns of words, as people write them, to RE2.

    Guten Tag           the words, whatever their case, with word edges
    Überweisung         also UEBERWEISUNG, überweisung; ß and ss are one
    E-Mail              also Email, E Mail and any other hyphen; any apostrophe stands for any other
    garantier*          any ending; `*` stands for letters within a word, alone for any one word
    {regex: "..."}      RE2, case ignored; outside of [...], ä, ö, ü, ß also match ae, oe, ue, ss, and ' any apostrophe

RE2's own `\b` and `\w` know ASCII only and would miss the Ü of Überweisung, so edges are written out. Patterns are
brought to Unicode NFC, as texts are when they are loaded.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

# The large Unicode classes stand once in a pattern, at its edges: RE2 refuses patterns that unfold to too much.
EDGE_LEFT, EDGE_RIGHT = r"(?:^|[^\pL\pN_])", r"(?:$|[^\pL\pN_])"
_BETWEEN = r"\s\pZ[:punct:]„“”‚‘’«»‐‑–—…´ʼ\x{200b}\x{feff}"
PART = f"[^{_BETWEEN}]*"
# Between two words: white space, no-break spaces too, and the punctuation speech recognisers put there.
GAP = f"[{_BETWEEN}]+"
_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_FOLDS = {umlaut: f"(?:{umlaut}|{plain})" for umlaut, plain in _WRITTEN_OUT.items()}
_FOLDS |= {plain: f"(?:{plain}|{umlaut})" for umlaut, plain in _WRITTEN_OUT.items()}
_FOLDS |= dict.fromkeys("'’‘ʼ´`", "['’‘ʼ´`]")
# RE2 knows no small letter of İ and no capital of ı, so that a name in Turkish would not even match itself in capitals.
_IN_WORDS = _FOLDS | dict.fromkeys("iıİ", r"[iıİ]\x{307}?")
# E-Mail, E‑Mail, E Mail, Email: a hyphen that is written may be any, a blank, or none.
_IN_WORDS |= dict.fromkeys("-‐‑", r"[-‐‑–\s\x{ad}]?")
_TOKEN = re.compile(r"ae|oe|ue|ss|\*|\s+|i\u0307|.", re.DOTALL | re.IGNORECASE)
# An escape, a whole character class, or one of the letters that fold.
_REGEX_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|[äöüß'’‘ʼ´`]", re.IGNORECASE | re.DOTALL)
# RE2 gives each pattern a fixed memory: one very large alternation would fall back to its slow engine.
_AT_ONCE = 400


@dataclass(frozen=True)
class Pattern:
    """One pattern of a check. `path` is its key below the check's settings; `of_turns`: it is searched in turns.

    `column` of a turn: its text, or the subject of a mail. `speakers`: only their turns are searched, all if empty.
    """

    path: str
    text: str
    is_regex: bool = False
    of_turns: bool = True
    column: Literal["text", "subject"] = "text"
    speakers: tuple[str, ...] = ()

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
    for written in re.sub("[\u200b\ufeff]", "", unicodedata.normalize("NFC", pattern)).split():
        word = written.rstrip(",;:!?.…") or written  # between words any mark may stand, and none need to
        pieces = [PART if piece == "*" else _folded(piece) for piece in _TOKEN.findall(word)]
        parts.append(PART[:-1] + "+" if word == "*" else "".join(pieces))
    return GAP.join(parts)


def _folded(piece: str) -> str:
    """Return a letter, or two that stand for one, in all its spellings; the case is left to RE2."""
    return _IN_WORDS.get(piece) or _IN_WORDS.get(piece.lower()[:2].rstrip("\u0307")) or re.escape(piece)


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
