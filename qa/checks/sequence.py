"""Steps must come before an occasion, or after it, in their order.

    check:
      sequence:
        expect:                      # what must be said, in this order
          - name: identity
            any_of:                  # one of these; all_of: all of these, in any order; they may contain each other
              - all_of: [{phrase: {any: [account number]}}, {phrase: {any: [pin]}}]
              - all_of: [{phrase: {any: [date of birth]}}, {phrase: {any: [maiden name]}}]
        before: {phrase: {any: [your balance is]}}     # the occasion; or `after: {phrase: …}`
        within: {n: 10, unit: turns}                   # or seconds, from the begin of a turn to the begin of the other
        occasions: first             # of several occasions the first decides (default); every: each needs its steps
        same_turn: false             # true: a step in the turn of the occasion, or of the step before it, counts too

Without the occasion the question is not applicable. With it, steps that are missing, late or in the wrong order are a
fail. `first` and no `within` ask of `before` as much as `every`: what came before the first came before all.

Unknown only where something that cannot be judged decides: a turn whose words match but whose speaker is not known, a
turn in another language or below `min_confidence`, a turn without a time for a limit in seconds, and a phrase that
cannot be judged at all (no transcript, no patterns for the language). Where every reading of such turns gives the same
answer, that is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from qa.checks import Pieces
from qa.checks.phrase import Check as Phrase
from qa.checks.phrase import Moments
from qa.sql_text import quoted
from schemas.policy import Limits

_AT = "lambda x: {'turn_no': x.turn_no, 'start_ms': x.start_ms}"


@dataclass(frozen=True)
class Within:
    """How far a step may be from the occasion."""

    n: Annotated[int, Limits(low=1)]
    """How many."""
    unit: Literal["turns", "seconds"] = "turns"
    """What `n` counts: turns of all speakers, or seconds."""


@dataclass(frozen=True)
class Step:
    """Something said: a phrase, one of several steps, or all of several steps in any order."""

    phrase: Phrase | None = None
    """What is said, as in a check of the kind phrase."""
    any_of: tuple[Step, ...] = ()
    """One of these steps."""
    all_of: tuple[Step, ...] = ()
    """All of these steps, in any order."""
    name: str | None = None
    """What people call it; without it, its first wording."""

    def phrases(self, path: str) -> list[tuple[str, Phrase]]:
        """Return its phrases with their keys."""
        if self.phrase:
            return [(f"{path}.phrase", self.phrase)]
        kind = "any_of" if self.any_of else "all_of"
        return [found for at, one in enumerate(self._parts()) for found in one.phrases(f"{path}.{kind}.{at}")]

    def problems(self) -> list[str]:
        """Return what cannot work."""
        if [self.phrase is not None, bool(self.any_of), bool(self.all_of)].count(True) != 1:
            return ["a step has one of `phrase`, `any_of`, `all_of`"]
        out = [problem for one in self._parts() for problem in one.problems()]
        if self.phrase:
            out += self.phrase.problems()
            if self.phrase.absent or self.phrase.min_count != 1:
                out.append("a step is said at a moment: `absent` and `min_count` have no place in it")
        return out

    def label(self) -> str:
        """Return what to call it."""
        if self.name:
            return self.name
        if self.phrase:
            first = next(iter(self.phrase.patterns().values()))[0]
            return f"“{first.text}”"
        word = " or " if self.any_of else " and "
        return word.join(one.label() for one in self._parts())

    def reached(self, after: str, earliest: dict[str, str], path: str) -> str:
        """Return the number of the turn in which the step is complete, NULL where never; see `_Plan._earliest`."""
        if self.phrase:
            return earliest[f"{path}.phrase"].replace("{after}", after)
        kind = "any_of" if self.any_of else "all_of"
        parts = [one.reached(after, earliest, f"{path}.{kind}.{at}") for at, one in enumerate(self._parts())]
        values = f"[{', '.join(parts)}]"
        if self.any_of:
            return f"list_min({values})"
        return f"list_transform([{values}], lambda v: CASE WHEN list_count(v) = len(v) THEN list_max(v) END)[1]"

    def _parts(self) -> tuple[Step, ...]:
        return self.any_of or self.all_of


@dataclass(frozen=True)
class Check:
    """Settings of a sequence check."""

    expect: tuple[Step, ...]
    """The steps that must be said, in this order."""
    before: Step | None = None
    """The occasion before which they must be said."""
    after: Step | None = None
    """The occasion after which they must be said."""
    within: Within | None = None
    """How far each step may be from the occasion; without it, as far as the contact goes."""
    occasions: Literal["first", "every"] = "first"
    """Which occasions need the steps: the first, or every one."""
    same_turn: bool = False
    """true: a step also counts in the turn of the occasion, and of the step before it."""

    def problems(self) -> list[str]:
        """Return what cannot work."""
        out = []
        if (self.before is None) == (self.after is None):
            out.append("a sequence has one of `before` and `after`: the occasion")
        if not self.expect:
            out.append("`expect` names no step")
        if self.within and self.within.n < 1:
            out.append("`within` must be at least 1 long")
        out += [problem for step in (*self.expect, *self._occasions()) for problem in step.problems()]
        if any(step.all_of or any(one.all_of for one in step.any_of) for step in self._occasions()):
            out.append("an occasion is a phrase, or any_of phrases: all_of has no single moment")
        return out

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        return _Plan(self, key).pieces()

    def uses_words(self) -> bool:
        """Return whether the words before each turn must be counted."""
        return any(one.uses_words() for one in self.phrases().values())

    def phrases(self) -> dict[str, Phrase]:
        """Return all phrases by their keys."""
        steps = [(f"expect.{at}", step) for at, step in enumerate(self.expect)]
        steps += [(self.side, step) for step in self._occasions()]
        return {path: one for base, step in steps for path, one in step.phrases(base)}

    @property
    def side(self) -> str:
        """Return `before` or `after`."""
        return "before" if self.before else "after"

    def _occasions(self) -> list[Step]:
        return [step for step in (self.before, self.after) if step]


class _Plan:
    """The SQL of one sequence. Turns that are certain (`c`), and those that may be (`u`, contains `c`), by phrase."""

    def __init__(self, check: Check, key: str) -> None:
        self.check, self.key, self.steps = check, key, len(check.expect)
        self.paths = list(check.phrases())
        self.moments: list[Moments] = [one.moments(f"{key}_{at}") for at, one in enumerate(check.phrases().values())]
        self.occasion = [at for at, path in enumerate(self.paths) if not path.startswith("expect.")]
        self.expected = [at for at, path in enumerate(self.paths) if path.startswith("expect.")]

    def pieces(self) -> Pieces:
        k, n = self.key, self.steps
        out = Pieces(outcome=f"v_{k}", reason=self._reason(), evidence=self._evidence())
        for path, one in zip(self.paths, self.moments, strict=True):
            out.patterns += [replace(pattern, path=f"{path}.{pattern.path}") for pattern in one.patterns]
            out.marks |= one.marks
            out.hits |= one.hits
            out.stats |= one.stats
            out.facts |= one.facts
        if self._limit == "seconds":
            out.stats["begins"] = "list({'turn_no': t.turn_no, 'start_ms': t.start_ms})"
        first_only = self.check.occasions == "first"
        asked = f"list_filter(u_{k}, lambda p: p.turn_no <= coalesce(first_{k}, p.turn_no))" if first_only else f"u_{k}"
        certain, most = self._done("c"), self._done("u")
        if first_only:
            can_pass = f"len(list_filter(asked_{k}, lambda p: {most} = {n})) > 0"
        else:
            can_pass = (
                f"CASE WHEN len(c_{k}) > 0 THEN len(list_filter(c_{k}, lambda p: {most} < {n})) = 0 "
                f"ELSE len(list_filter(u_{k}, lambda p: {most} = {n})) > 0 END"
            )
        bad = f"c_{k}[:1]" if first_only else f"list_filter(c_{k}, lambda p: {most} < {n})[:1]"
        for at, one in enumerate(self.moments):
            out.columns[f"c_{k}_{at}"] = f"list_transform(coalesce({one.certain}, []), {_AT})"
            out.columns[f"u_{k}_{at}"] = (
                f"list_concat(c_{k}_{at}, {', '.join(f'coalesce({m}, [])' for m in one.maybe)})"
            )
        for letter in "cu":
            lists = [f"{letter}_{k}_{at}" for at in self.occasion]
            out.columns[f"{letter}_{k}"] = f"list_sort(list_distinct(list_concat({', '.join([*lists, '[]'])})))"
        out.columns |= {
            f"gap_{k}": f"coalesce({', '.join([self.moments[at].gap for at in self.occasion] + ['NULL'])})",
            f"first_{k}": f"c_{k}[1].turn_no",
            f"asked_{k}": asked,
            f"may_fail_{k}": f"len(list_filter(asked_{k}, lambda p: {certain} < {n})) > 0",
            f"may_pass_{k}": can_pass,
            f"v_{k}": (
                f"CASE WHEN gap_{k} IS NOT NULL OR may_fail_{k}::INT + may_pass_{k}::INT + (len(c_{k}) = 0)::INT > 1 "
                f"THEN 'unknown' WHEN may_pass_{k} THEN 'pass' WHEN may_fail_{k} THEN 'fail' ELSE 'not_applicable' END"
            ),
            f"bad_{k}": bad,
            f"done_{k}": f"list_transform(bad_{k}, lambda p: {most})[1]",
        }
        return out

    @property
    def _limit(self) -> str | None:
        return self.check.within.unit if self.check.within else None

    def _inside(self, kind: str) -> str:
        """Return whether turn `x` lies where steps of occasion `p` are looked for; `u`: whether it may."""
        same, within = "=" if self.check.same_turn else "", self.check.within
        sign = "<" if self.check.side == "before" else ">"
        out = f"x.turn_no {sign}{same} p.turn_no"
        if within and within.unit == "turns":
            out += f" AND abs(x.turn_no - p.turn_no) <= {within.n}"
        elif within:
            far = "p.start_ms - x.start_ms" if sign == "<" else "x.start_ms - p.start_ms"
            # A turn is near itself, also without a time.
            unclear = "true" if kind == "u" else "x.turn_no = p.turn_no"
            out += f" AND coalesce({far} <= {within.n * 1000}, {unclear})"
        return out

    def _earliest(self, at: int, kind: str) -> str:
        """Return the first turn after `{after}` in which a phrase was said, or may have been."""
        later = ">=" if self.check.same_turn else ">"
        turns = f"list_filter({kind}_{self.key}_{at}, lambda x: x.turn_no {later} {{after}} AND {self._inside(kind)})"
        first = f"list_min(list_transform({turns}, lambda x: x.turn_no))"
        gap = self.moments[at].gap
        # A phrase nobody can judge may have been said anywhere.
        return f"CASE WHEN {gap} IS NOT NULL THEN {{after}} ELSE {first} END" if kind == "u" else first

    def _done(self, kind: str) -> str:
        """Return how many steps, from the first on, were said for occasion `p` in their order.

        Taking each step as early as it was said leaves most room for those that follow, so no other choice does better.
        """
        earliest = {self.paths[at]: self._earliest(at, kind) for at in self.expected}
        out = f"{self.steps}"
        for number in range(self.steps, 0, -1):
            after = f"t{number - 1}" if number > 1 else "0"
            reached = self.check.expect[number - 1].reached(after, earliest, f"expect.{number - 1}")
            case = f"CASE WHEN t{number} IS NULL THEN {number - 1} ELSE {out} END"
            out = f"list_transform([{reached}], lambda t{number}: {case})[1]"
        return out

    def _where(self) -> str:
        """Return in words where steps are looked for."""
        within, side = self.check.within, self.check.side
        return f"{within.n} {within.unit} {side}" if within else f"all turns {side}"

    def _reason(self) -> str:
        k = self.key
        occasion = (self.check.before or self.check.after or Step()).label()
        labels = ", ".join(quoted(step.label()) for step in self.check.expect)
        turn = f"bad_{k}[1].turn_no"
        return (
            f"CASE v_{k} WHEN 'not_applicable' THEN {quoted(f'not said: {occasion}')} "
            f"WHEN 'pass' THEN {quoted(f'in order {self.check.side} {occasion}')} "
            f"WHEN 'fail' THEN {quoted(f'not {self.check.side} {occasion} in turn ')} || {turn} || ': ' "
            f"|| [{labels}][done_{k} + 1] "
            f"ELSE coalesce(gap_{k}, {', '.join(self.moments[at].gap for at in self.expected)}, "
            "'cannot be decided: turns without a known speaker, in another language, not understood well enough or "
            "without a time') END"
        )

    def _quotes(self, wanted: list[int], condition: str, p: str) -> str:
        """Return one list of the first quote of each phrase that fulfils the condition on `x` and occasion `p`."""
        lists = [
            f"list_filter(coalesce({self.moments[at].certain}, []), lambda x: {condition.replace('p.', p)})[:1]"
            for at in wanted
        ]
        return f"list_sort(list_concat({', '.join([*lists, '[]'])}))"

    def _evidence(self) -> str:
        """Return the quotes of a pass; of a fail, the occasion, what was said there and what was searched."""
        k, within = self.key, self.check.within
        good, bad = f"c_{k}[1].", f"bad_{k}[1]."
        said = self._quotes(self.expected, self._inside("c"), good)
        on = "x.turn_no = p.turn_no"
        before = self.check.side == "before"
        around = f"({bad}turn_no - 1)" if before else f"(c.turns - {bad}turn_no)"
        turns = f"least({around}, {within.n})" if within and within.unit == "turns" else around
        if self._limit == "seconds":
            inside = self._inside("c").replace("p.", bad)
            turns = f"len(list_filter(s.begins, lambda x: {inside}))"
        elif self.check.same_turn:
            turns = f"{turns} + 1"
        labels = ", ".join(quoted(step.label()) for step in self.check.expect)
        return (
            f"CASE WHEN v_{k} = 'pass' THEN to_json(list_sort(list_concat({said}, "
            f"{self._quotes(self.occasion, on, good)}))) "
            f"ELSE to_json({{'window': {quoted(self._where())}, 'speaker': 'any', 'turns': {turns}, "
            f"'missing': [{labels}][done_{k} + 1], 'occasion': {self._quotes(self.occasion, on, bad)}[1], "
            f"'said': {self._quotes(self.expected, 'true', bad)}}}) END"
        )
