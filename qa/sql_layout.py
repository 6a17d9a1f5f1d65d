"""Lay compiled SQL out for reading: one part of the WITH a paragraph, with a line that says what it is for."""

from __future__ import annotations

import re

PURPOSE = (
    ("said", "Every turn, with the language it is in."),
    ("stats", "What was searched: turns, speakers, times, one row a contact."),
    ("marked", "The turns that any pattern matches, and which; everything else is left out here."),
    ("hits", "What was found, one row a contact."),
    ("judged_", "The questions of one policy version, one row a contact: o_ outcome, r_ reason, e_ evidence, b_ step."),
    ("answered", "The same as rows, one a question."),
    ("excepted", "Recorded exceptions."),
)
_PART = re.compile(r"(?:(?<=^WITH )|(?<=\n\), ))(\w+)(?=[^\n]* AS )", re.MULTILINE)


def laid_out(sql: str) -> str:
    """Return the same statement with an empty line and a comment before each part."""

    def introduced(found: re.Match[str]) -> str:
        name = found.group(1)
        about = next((text for start, text in PURPOSE if name.startswith(start)), "")
        return f"\n\n-- {name}: {about}\n{name}" if about else f"\n\n{name}"

    return _PART.sub(introduced, sql).replace("\n), \n", "\n),\n").replace("WITH \n", "WITH\n")
