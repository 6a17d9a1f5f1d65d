r"""Patterns of words, as people write them, to RE2.

    Guten Tag           the words, whatever their case, with word edges
    Überweisung         also UEBERWEISUNG, überweisung; ß and ss are one
    garantier*          any ending; `*` stands for letters within a word
    {regex: "..."}      RE2 as it is, case ignored

RE2's own `\b` and `\w` know ASCII only and would miss the Ü of Überweisung, so edges are written out.
"""

from __future__ import annotations

import re

# The large Unicode classes stand once in a pattern, at its edges: RE2 refuses patterns that unfold to too much.
EDGE_LEFT, EDGE_RIGHT = r"(?:^|[^\pL\pN_])", r"(?:$|[^\pL\pN_])"
PART = r"[^\s[:punct:]„“”‚‘’«»–—…]*"
# Between two words: white space and the punctuation speech recognisers put there.
GAP = r"[\s[:punct:]„“”‚‘’«»–—…]+"
_FOLDS = {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)", "ß": "(?:ß|ss)", "ae": "(?:ae|ä)", "oe": "(?:oe|ö)"}
_FOLDS |= {"ue": "(?:ue|ü)", "ss": "(?:ss|ß)"}
_TOKEN = re.compile(r"ae|oe|ue|ss|\*|\s+|.", re.DOTALL)


def words(pattern: str) -> str:
    """Return the RE2 of a pattern of words, without its edges."""
    parts = []
    for piece in _TOKEN.findall(pattern.strip().lower()):
        if piece == "*":
            parts.append(PART)
        elif piece.isspace():
            parts.append(GAP)
        else:
            parts.append(_FOLDS.get(piece, re.escape(piece)))
    return "".join(parts)


def exact(phrases: list[str], regexes: list[str]) -> str:
    """Return one RE2 that matches any of the phrases (from `words`), as whole words, or any of the regexes."""
    whole = [f"{EDGE_LEFT}(?:{'|'.join(phrases)}){EDGE_RIGHT}"] if phrases else []
    return "(?i)" + "|".join([*whole, *(f"(?:{one})" for one in regexes)])


def prefilter(parts: list[str]) -> str:
    """Return one cheap RE2 that matches wherever any of the patterns could: phrases without their edges."""
    return "(?i)" + "|".join(f"(?:{one})" for one in parts)
