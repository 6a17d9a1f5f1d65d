"""What may stand in a cell that a spreadsheet or a terminal opens. One definition, used by every writer that needs it.

A spreadsheet takes a text that begins with `=`, `+`, `-`, `@` (also full-width), a tab or a line break for a formula.
Such a text gets an apostrophe in front, and so does one that already begins with an apostrophe: `restore` takes exactly
one away and gives the text back unchanged. Numbers are numbers: a negative number is no formula.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Spaces, controls and invisible characters in front do not help: importers skip them.
TRIGGER = r"^(?:[\t\r\n]|[\s\pZ\pC]*[=+\-@＝＋－＠'])"
# Controls (terminal escapes) and the marks that turn the direction of writing are shown, never obeyed.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def guard(texts: pa.Array) -> pa.Array:
    """Return the texts with an apostrophe before each one a spreadsheet could run; NULL stays NULL."""
    import pyarrow.compute as pc

    return pc.if_else(pc.match_substring_regex(texts, TRIGGER), pc.binary_join_element_wise("'", texts, ""), texts)


def restore(text: str) -> str:
    """Return what `guard` was given."""
    return text[1:] if text.startswith("'") else text


def visible(text: str) -> str:
    r"""Return the text with control and direction characters written out, as `\x1b` or `\u202e`."""
    return _UNSEEN.sub(lambda found: _escape(found.group()), text)


def unmarked(text: str, also: str = "") -> str:
    """Return the text for Markdown: what means something there, or to HTML, is an entity; `also` more characters."""
    characters = "\\`*_[]|!" + also
    return html.escape(text, quote=False).translate({ord(one): f"&#{ord(one)};" for one in characters})


def _escape(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(character)
    return short.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
