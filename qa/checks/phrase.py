"""Something must be said, or must not be said.

    check:
      phrase:
        speaker: agent              # agent (default), customer, bot, system, any
        any:                        # one of these; by language, or one list for every language
          de: ["guten (morgen)", "mein name ist"]
          en: ["my name is", {regex: "this is [a-z]+ speaking"}]
        window: {first: 4, unit: turns}     # first or last; turns, seconds, words, percent (of the turns)
        min_count: 1                # in how many turns
        absent: true                # it must not be said

Not answered (unknown): without a transcript, in a language without patterns, a window in seconds where turns carry no
times, and where the speaker of a turn in the window is unknown and could decide the matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from qa.checks import Pieces
from qa.patterns import exact, words
from qa.sql_text import quoted

QUOTES = 3
QUOTE_CHARACTERS = 240


@dataclass(frozen=True)
class Window:
    """The part of the contact that is searched."""

    first: int | None = None
    last: int | None = None
    unit: Literal["turns", "seconds", "words", "percent"] = "turns"

    def condition(self) -> str:
        """Return the SQL condition on a turn `t`."""
        n = self.first if self.first is not None else self.last
        shapes = {
            "turns": ("t.turn_no <= {n}", "t.turn_no > t.turns - {n}"),
            "seconds": ("t.start_ms < {n} * 1000", "t.start_ms >= t.part_ms - {n} * 1000"),
            "words": ("t.words_before < {n}", "t.words_before + t.words > t.words_total - {n}"),
            "percent": ("t.turn_no <= ceil(t.turns * {n} / 100)", "t.turn_no > floor(t.turns * (100 - {n}) / 100)"),
        }
        return shapes[self.unit][0 if self.first is not None else 1].format(n=n)

    def __str__(self) -> str:
        """Return the window in words."""
        unit = "%" if self.unit == "percent" else f" {self.unit}"
        return f"first {self.first}{unit}" if self.first is not None else f"last {self.last}{unit}"


@dataclass(frozen=True)
class Check:
    """Settings of a phrase check."""

    any: dict[str, tuple[str | dict[str, str], ...]] | tuple[str | dict[str, str], ...]
    speaker: Literal["agent", "customer", "bot", "system", "any"] = "agent"
    window: Window | None = None
    min_count: int = 1
    absent: bool = False

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = []
        if self.window and (self.window.first is None) == (self.window.last is None):
            out.append("a window has `first` or `last`")
        if self.window and (self.window.first or self.window.last or 0) <= 0:
            out.append("a window must be at least 1 long")
        if self.min_count < 1:
            out.append("min_count must be at least 1")
        if not self._variants() or not all(self._variants().values()):
            out.append("no pattern")
        for patterns in self._variants().values():
            for one in patterns:
                if isinstance(one, dict) and set(one) != {"regex"}:
                    out.append("a pattern is a text or {regex: ...}")
                elif not (one["regex"] if isinstance(one, dict) else one.strip(" *")):
                    out.append("an empty pattern matches everything")
        return out

    def regexes(self) -> dict[str, tuple[list[str], list[str]]]:
        """Return phrases and regexes as RE2 by language; `*` is any language."""
        return {
            language: (
                [words(one) for one in patterns if isinstance(one, str)],
                [one["regex"] for one in patterns if isinstance(one, dict)],
            )
            for language, patterns in self._variants().items()
        }

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        regexes = self.regexes()
        spoken = "" if self.speaker == "any" else f" AND t.speaker = {quoted(self.speaker)}"
        inside = f" AND {self.window.condition()}" if self.window else ""
        matched = " OR ".join(
            (f"(t.spoken = {quoted(language)} AND " if language != "*" else "(")
            + f"regexp_matches(t.text, {quoted(exact(*patterns))}))"
            for language, patterns in regexes.items()
        )
        hit = f"({matched}){spoken}{inside}"
        quote = (
            "{'seq': t.seq, 'turn_no': t.turn_no, 'start_ms': t.start_ms, 'speaker': t.speaker, "
            f"'quote': left(t.text, {QUOTE_CHARACTERS})}}"
        )
        found, missing = ("fail", "pass") if self.absent else ("pass", "fail")
        n, searched, unsure = f"h.n_{key}", f"s.searched_{key}", f"s.unsure_{key}"
        return Pieces(
            outcome=(
                f"CASE WHEN {self._unanswerable()} IS NOT NULL THEN 'unknown' "
                f"WHEN coalesce({n}, 0) >= {self.min_count} THEN {quoted(found)} "
                f"WHEN coalesce({unsure}, 0) > 0 THEN 'unknown' ELSE {quoted(missing)} END"
            ),
            reason=(
                f"CASE WHEN {self._unanswerable()} IS NOT NULL THEN {self._unanswerable()} "
                f"WHEN coalesce({n}, 0) >= {self.min_count} THEN 'said in ' || {n} || ' turn(s)' "
                f"WHEN coalesce({unsure}, 0) > 0 THEN 'the speaker of ' || {unsure} || ' turn(s) is unknown' "
                f"ELSE 'not said' END"
            ),
            evidence=(
                f"CASE WHEN coalesce({n}, 0) >= {self.min_count} THEN to_json(h.e_{key}) "
                f"ELSE to_json({{'window': {quoted(str(self.window) if self.window else 'whole contact')}, "
                f"'speaker': {quoted(self.speaker)}, 'turns': coalesce({searched}, 0)}}) END"
            ),
            regexes=[one for both in regexes.values() for patterns in both for one in patterns],
            hits={
                f"n_{key}": f"count(*) FILTER ({hit})",
                f"e_{key}": f"(list({quote} ORDER BY t.seq) FILTER ({hit}))[:{QUOTES}]",
            },
            stats={
                f"searched_{key}": f"count(*) FILTER (true{spoken}{inside})",
                f"unsure_{key}": "0" if self.speaker == "any" else f"count(*) FILTER (t.speaker = 'unknown'{inside})",
            },
        )

    def uses_words(self) -> bool:
        """Return whether the words before each turn must be counted."""
        return self.window is not None and self.window.unit == "words"

    def _unanswerable(self) -> str:
        """Return an expression that says why the question cannot be answered, NULL where it can."""
        cases = ["WHEN c.text_state = 'no_text' THEN 'no transcript'"]
        cases.append("WHEN c.text_state <> 'text' THEN 'the transcript does not say which agent spoke'")
        if "*" not in self._variants():
            known = ", ".join(quoted(language) for language in self._variants())
            cases.append("WHEN c.language IS NULL THEN 'the language is not known'")
            cases.append(f"WHEN c.language NOT IN ({known}) THEN 'no patterns for language ' || c.language")
        if self.window and self.window.unit == "seconds":
            cases.append("WHEN NOT s.is_timed THEN 'the turns carry no times'")
        return f"(CASE {' '.join(cases)} END)"

    def _variants(self) -> dict[str, tuple[Any, ...]]:
        return self.any if isinstance(self.any, dict) else {"*": self.any}
