"""Something must be said, or must not be said.

    check:
      phrase:
        speaker: agent              # agent (default), customer, bot, system, any
        any:                        # one of these; by language (`*`: any other), or one list for every language
          de: ["guten (morgen)", "mein name ist"]
          en: ["my name is", {regex: "this is [a-z]+ speaking"}]
        window: {first: 4, unit: turns}     # first or last; turns, seconds, words, percent (of the turns)
        min_count: 1                # in how many turns
        absent: true                # it must not be said
        min_confidence: 0.6         # turns the recogniser understood less well decide nothing

Unknown, not pass or fail: without a transcript; without a single turn of the speaker; in a language without patterns; a
window in seconds where turns carry no times; and where turns that cannot be judged could decide the matter: words that
match but whose speaker is not known, turns in another language, turns below `min_confidence`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from qa.checks import Pieces
from qa.patterns import Pattern, exact
from qa.sql_text import among, quoted

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
    min_confidence: float | None = None

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = []
        if self.window and (self.window.first is None) == (self.window.last is None):
            out.append("a window has `first` or `last`")
        if self.window and (self.window.first or self.window.last or 0) <= 0:
            out.append("a window must be at least 1 long")
        if self.min_count < 1:
            out.append("min_count must be at least 1")
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            out.append("min_confidence is a share, 0 to 1")
        if not self._variants() or not all(self._variants().values()):
            out.append("no pattern")
        out += [
            f"{language!r} is no language: two small letters (ISO 639-1), or * for any other"
            for language in self._variants()
            if not re.fullmatch(r"[a-z]{2}|\*", language)
        ]
        return out + [text for patterns in self._variants().values() for one in patterns for text in _unusable(one)]

    def patterns(self) -> dict[str, list[Pattern]]:
        """Return the patterns by language; `*` is any language."""
        base = "any.{}" if isinstance(self.any, dict) else "any"
        return {
            language: [
                Pattern(f"{base.format(language)}.{at}.regex", one["regex"], is_regex=True)
                if isinstance(one, dict)
                else Pattern(f"{base.format(language)}.{at}", one)
                for at, one in enumerate(patterns)
            ]
            for language, patterns in self._variants().items()
        }

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        n, turns, missing = f"coalesce(h.n_{key}, 0)", f"coalesce(s.searched_{key}, 0)", f"({self._unanswerable()})"
        unsure = f"(coalesce(h.maybe_{key}, 0) + coalesce(s.unread_{key}, 0))"
        found, not_found = ("fail", "pass") if self.absent else ("pass", "fail")
        said = f"{n} >= {self.min_count}"
        open_ = f"{n} + {unsure} >= {self.min_count}"
        window = quoted(str(self.window) if self.window else "whole contact")
        return Pieces(
            outcome=(
                f"CASE WHEN {missing} IS NOT NULL THEN 'unknown' WHEN {said} THEN {quoted(found)} "
                f"WHEN {open_} THEN 'unknown' ELSE {quoted(not_found)} END"
            ),
            reason=(
                f"CASE WHEN {missing} IS NOT NULL THEN {missing} WHEN {said} THEN 'said in ' || {n} || ' turn(s)' "
                f"WHEN {open_} THEN 'cannot be decided: ' || {unsure} || ' turn(s) without a known speaker, in "
                "another language or not understood well enough' "
                f"WHEN {n} > 0 THEN 'said in ' || {n} || {quoted(f' turn(s), not in {self.min_count}')} "
                "ELSE 'not said' END"
            ),
            evidence=(
                f"CASE WHEN {said} THEN to_json(h.e_{key}) ELSE to_json({{'window': {window}, "
                f"'speaker': {quoted(self.speaker)}, 'turns': {turns}}}) END"
            ),
            patterns=[one for patterns in self.patterns().values() for one in patterns],
            marks={f"m_{key}": f"CASE WHEN {self._place()} THEN {self._matched()} END"},
            hits={
                f"n_{key}": f"count(*) FILTER (t.m_{key} AND {self._certain()})",
                f"maybe_{key}": f"count(*) FILTER (t.m_{key} AND NOT {self._certain()})",
                # Sorted afterwards: an ordered aggregate measured four times slower. `seq` is the struct's first field.
                f"e_{key}": f"list_sort(list({self._quote(key)}) FILTER (t.m_{key} AND {self._certain()}))[:{QUOTES}]",
            },
            stats={
                f"by_{self.speaker}": "count(*)" if self.speaker == "any" else f"count(*) FILTER ({self._spoken()})",
                f"searched_{key}": f"count(*) FILTER ({self._place()} AND {self._spoken()})",
                f"unread_{key}": f"count(*) FILTER ({self._place()} AND NOT {self._readable()})",
            },
        )

    def uses_words(self) -> bool:
        """Return whether the words before each turn must be counted."""
        return self.window is not None and self.window.unit == "words"

    def _unanswerable(self) -> str:
        """Return an expression that says why the question cannot be answered, NULL where it can."""
        cases = ["WHEN c.text_state = 'no_text' THEN 'no transcript'"]
        cases.append("WHEN c.text_state IS DISTINCT FROM 'text' THEN 'the transcript does not say which agent spoke'")
        if "*" not in self._variants():
            known = ", ".join(quoted(language) for language in self._variants())
            cases.append("WHEN c.language IS NULL THEN 'the language is not known'")
            cases.append(f"WHEN c.language NOT IN ({known}) THEN 'no patterns for language ' || c.language")
        if self.window and self.window.unit == "seconds":
            cases.append("WHEN NOT coalesce(s.is_timed, false) THEN 'the turns carry no times'")
        nobody = f"the transcript has no turn of {self.speaker}"
        cases.append(f"WHEN coalesce(s.by_{self.speaker}, 0) = 0 THEN {quoted(nobody)}")
        return f"CASE {' '.join(cases)} END"

    def _place(self) -> str:
        """Return whether turn `t` may count: in the window, and by the speaker or by nobody knows whom."""
        speaker = "true" if self.speaker == "any" else among("t.speaker", (self.speaker, "unknown"))
        return f"({speaker} AND {self.window.condition()})" if self.window else f"({speaker})"

    def _spoken(self) -> str:
        return "true" if self.speaker == "any" else f"t.speaker = {quoted(self.speaker)}"

    def _readable(self) -> str:
        """Return whether the patterns can judge turn `t`: its language has some, and it was understood well enough."""
        known = "true" if "*" in self._variants() else f"coalesce({among('t.spoken', tuple(self._variants()))}, false)"
        if self.min_confidence is None:
            return f"({known})"
        return f"({known} AND coalesce(t.confidence >= {quoted(self.min_confidence)}, true))"

    def _certain(self) -> str:
        return f"({self._spoken()} AND {self._readable()})"

    def _matched(self) -> str:
        """Return whether a pattern matches, looking only at those of the turn's language."""
        cases = [(language, f"regexp_matches(t.text, {quoted(exact(p))})") for language, p in self.patterns().items()]
        return self._by_language(cases)

    def _quote(self, key: str) -> str:
        """Return the struct that proves a hit. Of a long text, such as an e-mail, the part around the words."""
        cases = [(language, f"regexp_extract(t.text, {quoted(exact(p))})") for language, p in self.patterns().items()]
        start = f"greatest(1, strpos(t.text, {self._by_language(cases)}) - {QUOTE_CHARACTERS // 3})"
        quote = (
            f"CASE WHEN len(t.text) <= {QUOTE_CHARACTERS} OR t.m_{key} IS NOT TRUE THEN t.text "
            f"ELSE '…' || substr(t.text, {start}, {QUOTE_CHARACTERS}) || '…' END"
        )
        names = "'seq': t.seq, 'turn_no': t.turn_no, 'start_ms': t.start_ms, 'speaker': t.speaker"
        return f"{{{names}, 'quote': {quote}}}"

    def _by_language(self, cases: list[tuple[str, str]]) -> str:
        if [language for language, _ in cases] == ["*"]:
            return cases[0][1]
        whens = [f"WHEN t.spoken = {quoted(language)} THEN {sql}" for language, sql in cases if language != "*"]
        default = [f"ELSE {sql}" for language, sql in cases if language == "*"]
        return f"CASE {' '.join([*whens, *default])} END"

    def _variants(self) -> dict[str, tuple[Any, ...]]:
        return self.any if isinstance(self.any, dict) else {"*": self.any}


def _unusable(one: str | dict[str, str]) -> list[str]:
    if isinstance(one, dict) and set(one) != {"regex"}:
        return ["a pattern is a text or {regex: ...}"]
    text = one["regex"] if isinstance(one, dict) else one.replace("*", "")
    return [] if text.strip() else ["an empty pattern matches everything"]
