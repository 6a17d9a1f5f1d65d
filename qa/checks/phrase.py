"""Something must be said, or must not be said.

    check:
      phrase:
        speaker: agent              # agent (default), customer, bot, system, any
        any:                        # one of these; by language (`*`: any other), or one list for every language
          de: ["guten (morgen)", "mein name ist"]
          en: ["my name is", {regex: "this is [a-z]+ speaking"}]
        window: {first: 4, unit: turns}     # first or last; turns, seconds, words, percent (of the turns)
        window: {part: subject}             # of an e-mail: its subject, instead of its text
        min_count: 1                # in how many turns
        absent: true                # it must not be said
        min_confidence: 0.6         # turns the recogniser understood less well decide nothing

Unknown, not pass or fail: without a transcript; without a single turn of the speaker; in a language without patterns; a
window in seconds where turns carry no times; and where turns that cannot be judged could decide the matter: words that
match but whose speaker is not known, turns in another language, turns below `min_confidence`. A subject that no mail of
the speaker has is unknown too.

With `answers` on the question, the number of turns it was said in chooses the step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from qa.checks import Measure, Pieces
from qa.patterns import Pattern, exact
from qa.sql_text import among, quoted
from schemas.policy import Count, Limits, Share

if TYPE_CHECKING:
    from schemas.policy import AppliesTo

QUOTES = 3
# Each is tried on every turn that any of them fits; who needs more wants a word pattern.
MAX_PATTERNS = 500
QUOTE_CHARACTERS = 240


@dataclass(frozen=True)
class Window:
    """The part of the contact that is searched."""

    first: Count | None = None
    """So many from the beginning."""
    last: Count | None = None
    """So many to the end."""
    unit: Literal["turns", "seconds", "words", "percent"] = "turns"
    """What `first` and `last` count: turns, seconds, words, or percent of the turns."""
    part: Literal["body", "subject"] = "body"
    """The part of an e-mail: its own text (body), or its subject."""

    def condition(self) -> str:
        """Return the SQL condition on a turn `t`."""
        n = self.first if self.first is not None else self.last
        if n is None:
            return "true"
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
        words = f"first {self.first}{unit}" if self.first is not None else f"last {self.last}{unit}"
        if self.first is None and self.last is None:
            return self.part
        return words if self.part == "body" else f"{self.part}, {words}"

    @property
    def is_by(self) -> str | None:
        """Return the unit it is measured in, None for the whole contact."""
        return None if self.first is None and self.last is None else self.unit


@dataclass(frozen=True)
class Moments:
    """The turns in which a phrase was said, as SQL over the leg's row: lists of structs with turn_no and start_ms.

    `certain` holds quotes; `maybe` are lists of turns that cannot be judged; `gap` is why no turn can, else NULL.
    """

    certain: str
    maybe: list[str]
    gap: str
    patterns: list[Pattern]
    marks: dict[str, str]
    hits: dict[str, str]
    stats: dict[str, str]
    facts: dict[str, str]


@dataclass(frozen=True)
class Check:
    """Settings of a phrase check."""

    any: dict[str, tuple[str | dict[str, str], ...]] | tuple[str | dict[str, str], ...]
    """The wordings, one of which must be said: a list, or one list per language (`*`: any other language)."""
    speaker: Literal["agent", "customer", "bot", "system", "any"] = "agent"
    """Whose words count."""
    window: Window | None = None
    """The part of the contact that is searched; without it, all of it."""
    min_count: Annotated[int, Limits(low=1)] = 1
    """In how many turns it must be said."""
    absent: bool = False
    """true: it must not be said."""
    min_confidence: Share | None = None
    """Turns the recogniser understood less well decide nothing, 0 to 1."""

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = []
        ends = [self.window.first, self.window.last] if self.window else [1, None]
        if ends.count(None) != 1 and self.window != Window(part="subject"):
            out.append("a window has `first` or `last`")
        elif any(end is not None and end <= 0 for end in ends):
            out.append("a window must be at least 1 long")
        if self.min_count < 1:
            out.append("min_count must be at least 1")
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            out.append("min_confidence is a share, 0 to 1")
        if not self._variants() or not all(self._variants().values()):
            out.append("no pattern")
        count = sum(len(patterns) for patterns in self._variants().values())
        if count > MAX_PATTERNS:
            return [f"{count} patterns in one question, at most {MAX_PATTERNS}: use word patterns such as `apolog*`"]
        out += [
            f"{language!r} is no language: two small letters (ISO 639-1), or * for any other"
            for language in self._variants()
            if not re.fullmatch(r"[a-z]{2}|\*", language)
        ]
        return out + [text for patterns in self._variants().values() for one in patterns for text in _unusable(one)]

    def patterns(self) -> dict[str, list[Pattern]]:
        """Return the patterns by language; `*` is any language."""
        base = "any.{}" if isinstance(self.any, dict) else "any"
        speakers = () if self.speaker == "any" else (self.speaker, "unknown")

        def pattern(path: str, one: str | dict[str, str]) -> Pattern:
            text, is_regex = (one["regex"], True) if isinstance(one, dict) else (one, False)
            return Pattern(f"{path}.regex" if is_regex else path, text, is_regex, True, self.column, speakers)

        return {
            language: [pattern(f"{base.format(language)}.{at}", one) for at, one in enumerate(patterns)]
            for language, patterns in self._variants().items()
        }

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        n, gap, place, unread = f"coalesce(h.n_{key}, 0)", self._gap_name(), self._place_name(), self._unread_name()
        unsure = f"(coalesce(h.maybe_{key}, 0) + coalesce(s.{unread}, 0))"
        found, not_found = ("fail", "pass") if self.absent else ("pass", "fail")
        said = f"{n} >= {self.min_count}"
        open_ = f"{n} + {unsure} >= {self.min_count}"
        window = str(self.window) if self.window else "whole contact"
        few = f"WHEN {n} > 0 THEN 'said in ' || {n} || {quoted(f' turn(s), not in {self.min_count}')} "
        searched = f"{{'window': {quoted(window)}, 'speaker': {quoted(self.speaker)}, 'turns': coalesce(s.{place}, 0)}}"
        return Pieces(
            outcome=(
                f"CASE WHEN f.{gap} IS NOT NULL THEN 'unknown' WHEN {said} THEN {quoted(found)} "
                f"WHEN {open_} THEN 'unknown' ELSE {quoted(not_found)} END"
            ),
            reason=(
                f"CASE WHEN f.{gap} IS NOT NULL THEN f.{gap} WHEN {said} THEN 'said in ' || {n} || ' turn(s)' "
                f"WHEN {open_} THEN 'cannot be decided: ' || {unsure} || ' turn(s) without a known speaker, in "
                "another language or not understood well enough' "
                f"{few if self.min_count > 1 else ''}ELSE 'not said' END"
            ),
            evidence=f"CASE WHEN {said} THEN to_json(h.e_{key}) ELSE f.searched_{place} END",
            # Once per leg for all questions that look at the same turns: for each answer it took a third of the time.
            facts={gap: self._unanswerable(), f"searched_{place}": f"to_json({searched})"},
            patterns=[one for patterns in self.patterns().values() for one in patterns],
            marks={f"m_{key}": f"CASE WHEN {self._place()} THEN {self._matched()} END"},
            hits={
                f"n_{key}": f"count(*) FILTER (t.m_{key} AND {self._certain()})",
                f"maybe_{key}": f"count(*) FILTER (t.m_{key} AND NOT {self._certain()})",
                # Sorted afterwards: an ordered aggregate measured four times slower. `seq` is the struct's first field.
                f"e_{key}": f"list_sort(list({self._quote(key)}) FILTER (t.m_{key} AND {self._certain()}))[:{QUOTES}]",
            },
            stats={
                self._by: f"count({self._text}) FILTER ({self._spoken()})",
                place: f"count(*) FILTER ({self._place()} AND {self._spoken()})",
                unread: f"count(*) FILTER ({self._place()} AND NOT {self._readable()})",
            },
            measure=Measure(
                value=f"CASE WHEN f.{gap} IS NULL THEN {n}::DOUBLE END",
                most=f"({n} + {unsure})::DOUBLE",
                words=f"'said in ' || {n} || ' turn(s)'",
            ),
        )

    def moments(self, key: str) -> Moments:
        """Return when it was said, for checks of the order of things."""
        gap, unread = self._gap_name(), f"{self._unread_name()}_at"
        at = "{'turn_no': t.turn_no, 'start_ms': t.start_ms}"
        stats = {self._by: f"count({self._text}) FILTER ({self._spoken()})"}
        if self._readable() != "(true)":
            stats[unread] = f"list({at}) FILTER ({self._place()} AND NOT {self._readable()})"
        return Moments(
            certain=f"h.at_{key}",
            maybe=[f"h.maybe_at_{key}", *(f"s.{name}" for name in stats if name == unread)],
            gap=f"f.{gap}",
            patterns=[one for patterns in self.patterns().values() for one in patterns],
            marks={f"m_{key}": f"CASE WHEN {self._place()} THEN {self._matched()} END"},
            hits={
                f"at_{key}": f"list_sort(list({self._quote(key)}) FILTER (t.m_{key} AND {self._certain()}))",
                f"maybe_at_{key}": f"list({at}) FILTER (t.m_{key} AND NOT {self._certain()})",
            },
            stats=stats,
            facts={gap: self._unanswerable()},
        )

    def uses_words(self) -> bool:
        """Return whether the words before each turn must be counted."""
        return self.window is not None and self.window.is_by == "words"

    def unanswerable(self, scope: AppliesTo) -> str | None:
        """Return why no contact of a policy can be judged, None where some can."""
        if self.column == "subject" and scope.channel and "email" not in scope.channel:
            return "only e-mails have a subject"
        languages = set(self._variants())
        if scope.language and not languages & {"*", *scope.language}:
            return f"it has patterns for {', '.join(sorted(languages))} only"
        return None

    @property
    def column(self) -> Literal["text", "subject"]:
        """Return the column of core.turn that is searched."""
        return "subject" if self.window and self.window.part == "subject" else "text"

    @property
    def _text(self) -> str:
        return f"t.{self.column}"

    def _gap_name(self) -> str:
        """Return a name for `_unanswerable`, the same for all questions it is the same for."""
        languages = ["any"] if "*" in self._variants() else sorted(self._variants())
        needs = ["timed"] if self.window and self.window.is_by == "seconds" else []
        return "_".join(["gap", self._by, *languages, *needs])

    def _place_name(self) -> str:
        """Return a name for the turns that are searched, the same for all questions that look there."""
        window = re.sub("[^a-z0-9]+", "_", str(self.window).replace("%", " percent")) if self.window else "all"
        return f"turns_{self._by}_{window}"

    def _unread_name(self) -> str:
        known = "_".join(["any"] if "*" in self._variants() else sorted(self._variants()))
        sure = "" if self.min_confidence is None else f"_from_{self.min_confidence:g}".replace(".", "_")
        return f"unread_{self._place_name()}_{known}{sure}"

    def _unanswerable(self) -> str:
        """Return an expression that says why the question cannot be answered, NULL where it can."""
        cases = ["WHEN c.text_state = 'no_text' THEN 'no transcript'"]
        cases.append("WHEN c.text_state IS DISTINCT FROM 'text' THEN 'the transcript does not say which agent spoke'")
        if "*" not in self._variants():
            known = ", ".join(quoted(language) for language in sorted(self._variants()))
            cases.append("WHEN c.language IS NULL THEN 'the language is not known'")
            cases.append(f"WHEN c.language NOT IN ({known}) THEN 'no patterns for language ' || c.language")
        if self.window and self.window.is_by == "seconds":
            cases.append("WHEN NOT coalesce(s.is_timed, false) THEN 'the turns carry no times'")
        nobody = f"the transcript has no turn of {self.speaker}"
        if self.column == "subject":
            nobody = f"no mail of {self.speaker} has a subject"
        cases.append(f"WHEN coalesce(s.{self._by}, 0) = 0 THEN {quoted(nobody)}")
        return f"CASE {' '.join(cases)} END"

    @property
    def _by(self) -> str:
        return f"{'' if self.column == 'text' else 'subject_'}by_{self.speaker}"

    def _place(self) -> str:
        """Return whether turn `t` may count: in the window, and by the speaker or by nobody knows whom."""
        speaker = "true" if self.speaker == "any" else among("t.speaker", (self.speaker, "unknown"))
        has = "" if self.column == "text" else " AND t.subject IS NOT NULL"
        return f"({speaker}{has} AND {self.window.condition()})" if self.window else f"({speaker})"

    def _spoken(self) -> str:
        return "true" if self.speaker == "any" else f"t.speaker = {quoted(self.speaker)}"

    def _readable(self) -> str:
        """Return whether the patterns can judge turn `t`: its language has some, and it was understood well enough."""
        languages = tuple(sorted(self._variants()))
        known = "true" if "*" in languages else f"coalesce({among('t.spoken', languages)}, false)"
        if self.min_confidence is None:
            return f"({known})"
        return f"({known} AND coalesce(t.confidence >= {quoted(self.min_confidence)}, true))"

    def _certain(self) -> str:
        return f"({self._spoken()} AND {self._readable()})"

    def _matched(self) -> str:
        """Return whether a pattern matches, looking only at those of the turn's language."""
        cases = [
            (language, f"regexp_matches({self._text}, {quoted(exact(p))})") for language, p in self.patterns().items()
        ]
        return self._by_language(cases)

    def _quote(self, key: str) -> str:
        """Return the struct that proves a hit. Of a long text, such as an e-mail, the part around the words."""
        cases = [
            (language, f"regexp_extract({self._text}, {quoted(exact(p))})") for language, p in self.patterns().items()
        ]
        start = f"greatest(1, strpos({self._text}, {self._by_language(cases)}) - {QUOTE_CHARACTERS // 3})"
        quote = (
            f"CASE WHEN len({self._text}) <= {QUOTE_CHARACTERS} OR t.m_{key} IS NOT TRUE THEN {self._text} "
            f"ELSE '…' || substr({self._text}, {start}, {QUOTE_CHARACTERS}) || '…' END"
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
