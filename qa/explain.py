"""Reprint a score from what is stored: answers, evidence, policy, and the arithmetic step by step.

The number is computed again here, from the stored answers and the stored policy, in exact fractions and without SQL;
when it differs from the stored one that is an error, not a footnote.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from schemas.errors import CallqaError, Where
from schemas.policy import Shape
from schemas.typed import build

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from schemas.policy import Question

DECIMALS = 6  # what qa/score.sql keeps; a tie there may be rounded either way
TOLERANCE = 1.1e-6
_SIGNS = {"pass": "+", "fail": "-", "not_applicable": "n/a", "unknown": "?"}


@dataclass
class Answer:
    """One answered question."""

    question: str
    text: str
    outcome: str
    weight: float
    reason: str | None
    evidence: Any
    critical: str | None
    fatal: str | None
    bonus: float
    coaching: str


@dataclass
class Part:
    """One section: its answers, weights, and share of points (NULL when nothing was answered)."""

    section: str
    title: str
    weight: float
    answers: list[Answer] = field(default_factory=list)

    def total(self, *outcomes: str) -> Fraction:
        """Return the weight of the answers with one of these outcomes."""
        return sum((_exact(one.weight) for one in self.answers if one.outcome in outcomes), Fraction(0))

    def zeroed(self, *outcomes: str) -> bool:
        """Return whether a question that zeroes the section has one of these outcomes."""
        return any(one.fatal == "section" and one.outcome in outcomes for one in self.answers)


@dataclass
class Explanation:
    """One score of one leg."""

    score: dict[str, Any]
    title: str
    pass_mark: float
    min_coverage: float
    parts: list[Part]
    human: list[str] = field(default_factory=list)

    def computed(self) -> dict[str, float | None]:
        """Return raw, final, low, high (percent) and coverage, computed from the answers."""
        answered = [(p, p.total("pass", "fail")) for p in self.parts if p.total("pass", "fail") > 0]
        asked = [(p, p.total("pass", "fail", "unknown")) for p in self.parts if p.total("pass", "fail", "unknown") > 0]
        raw = _mean([(p, p.total("pass") / of) for p, of in answered])
        kept = _mean([(p, Fraction(0) if p.zeroed("fail") else p.total("pass") / of) for p, of in answered])
        low = _mean([(p, Fraction(0) if p.zeroed("fail", "unknown") else p.total("pass") / of) for p, of in asked])
        high = _mean([(p, Fraction(0) if p.zeroed("fail") else p.total("pass", "unknown") / of) for p, of in asked])
        coverage = _mean([(p, p.total("pass", "fail") / of) for p, of in asked])
        won, may_win = self._bonus("pass"), self._bonus("pass", "unknown")
        enough = coverage is not None and round(coverage, DECIMALS) >= _exact(self.min_coverage)
        if self._fatal("fail"):
            final: Fraction | None = Fraction(0)
            bounds: tuple[Fraction | None, Fraction | None] = (final, final)
        else:
            final = _raised(kept, won) if enough else None
            at_risk = low is not None and self._fatal("unknown")
            bounds = (Fraction(0) if at_risk else _raised(low, won), _raised(high, may_win))
        return {
            "raw": _rounded(_raised(raw, Fraction(0))),
            "final": _rounded(final),
            "low": _rounded(bounds[0]),
            "high": _rounded(bounds[1]),
            "coverage": _rounded(coverage),
        }

    def _fatal(self, outcome: str) -> bool:
        return any(one.fatal == "policy" and one.outcome == outcome for one in self._answers())

    def _bonus(self, *outcomes: str) -> Fraction:
        return sum((_exact(one.bonus) for one in self._answers() if one.outcome in outcomes), Fraction(0))

    def _answers(self) -> list[Answer]:
        return [one for part in self.parts for one in part.answers]

    def verify(self) -> None:
        """Raise CallqaError when a computed figure differs from the stored one."""
        for name, value in self.computed().items():
            stored = self.score[name]
            if (value is None) != (stored is None) or (value is not None and abs(value - stored) > TOLERANCE):
                raise CallqaError(
                    f"the stored {name} of {self.score['leg_id']} under {self.score['policy_id']} cannot be reproduced",
                    found=value,
                    expected=stored,
                    fix="Score again (`callqa nightly`), and report this.",
                )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self) | {"computed": self.computed()}

    def to_text(self) -> str:
        """Return the explanation as a person reads it."""
        score = self.score
        lines = [
            f"{self.title} ({score['policy_id']} version {score['policy_version']}, {score['policy_hash'][:12]})",
            f"leg {score['leg_id']}, agent {score['agent_id']}, contact on {score['contact_on']}",
            f"final {_percent(score['final'])}   bounds {_percent(score['low'])} to {_percent(score['high'])}   "
            f"answered {_percent(None if score['coverage'] is None else 100 * score['coverage'])} of the weight",
        ]
        if score["final"] is None:
            lines.append(f"no final score: less than {100 * self.min_coverage:g} % of the weight could be answered")
        for part in self.parts:
            lines += ["", f"{part.title}, weight {part.weight:g}: {_section(part)}"]
            for one in part.answers:
                lines += _answer(one)
        if self.human:
            lines += ["", "left to people, not part of this score:", *(f"      {text}" for text in self.human)]
        return "\n".join([*lines, "", *self._sum()])

    def _sum(self) -> list[str]:
        """Print the arithmetic in one line, then what was added or taken."""
        terms, weights = [], []
        for part in self.parts:
            of = part.total("pass", "fail")
            if of > 0:
                terms.append(f"{part.weight:g} x {float(part.total('pass')):g}/{float(of):g}")
                weights.append(f"{part.weight:g}")
        raw, final = _percent(self.computed()["raw"]), _percent(self.computed()["final"])
        lines = (
            [f"raw = ({' + '.join(terms)}) / ({' + '.join(weights)}) = {raw}"] if terms else ["nothing was answered"]
        )
        lines += [
            f"section {part.title} counts 0: a fatal question failed" for part in self.parts if part.zeroed("fail")
        ]
        answers = self._answers()
        lines += [f"fatal: {one.text}" for one in answers if one.fatal == "policy" and one.outcome == "fail"]
        lines += [f"bonus: {one.text} (+{one.bonus:g})" for one in answers if one.bonus and one.outcome == "pass"]
        return [*lines, f"final = {final}", "computed again from the stored answers: the same"]


@dataclass
class Explanations:
    """All scores asked for."""

    found: list[Explanation]

    def to_text(self) -> str:
        """Return all of them, one after another."""
        return "\n\n".join(one.to_text() for one in self.found)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"scores": [one.to_dict() for one in self.found]}


def explain(
    connection: DuckDBPyConnection, ref: str, policy: str | None = None, run_seq: int | None = None
) -> Explanations:
    """Explain the scores of a leg, or of all legs of an interaction: current, or as run `run_seq` published them.

    Raises CallqaError when there are none, and when a stored figure cannot be reproduced.
    """
    result = connection.execute(
        f"SELECT * FROM {_source('score', run_seq)} WHERE (leg_id = $ref OR interaction_id = $ref) "
        "AND policy_id = coalesce($policy, policy_id) ORDER BY leg_id, policy_id",
        {"ref": ref, "policy": policy},
    )
    names = [column[0] for column in result.description or []]
    scores = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    if not scores:
        raise CallqaError(
            f"no score of {ref!r}" + (f" under {policy!r}" if policy else ""),
            fix="Take a leg_id or interaction_id from qa.score: callqa sql -c 'SELECT leg_id FROM qa.score LIMIT 5'",
        )
    found = [_one(connection, score, run_seq) for score in scores]
    for one in found:
        one.verify()
    return Explanations(found)


def _source(name: str, run_seq: int | None) -> str:
    return f"qa.{name}" if run_seq is None else f"qa.{name}_as_published({int(run_seq)})"


def _one(connection: DuckDBPyConnection, score: dict[str, Any], run_seq: int | None) -> Explanation:
    key = [score["policy_id"], score["policy_version"]]
    stored = connection.execute(
        "SELECT content FROM qa.policy WHERE policy_id = ? AND policy_version = ?", key
    ).fetchone()
    if stored is None:
        raise CallqaError(f"the policy of the score is not stored: {key[0]} version {key[1]}")
    shape = build(Shape, json.loads(stored[0]), lambda name: Where(field=name))
    rows = connection.execute(
        f"SELECT question_id, outcome, weight, reason, evidence FROM {_source('answer', run_seq)} "
        "WHERE leg_id = ? AND policy_id = ?",
        [score["leg_id"], score["policy_id"]],
    ).fetchall()
    given = {question: rest for question, *rest in rows}
    parts = []
    for section in shape.sections:
        asked = [_answered(one, *given[one.id]) for one in section.questions if one.id in given]
        parts.append(Part(section.id, section.title, section.weight, asked))
    human = [one.text for section in shape.sections for one in section.questions if one.human]
    return Explanation(score, shape.title, shape.pass_mark, shape.min_coverage, parts, human)


def _answered(one: Question, outcome: str, weight: float, reason: str | None, evidence: str | None) -> Answer:
    proof = json.loads(evidence) if evidence else None
    about = (one.critical, one.fatal, one.bonus, one.coaching)
    return Answer(one.id, one.text, outcome, weight, reason, proof, *about)


def _exact(value: float) -> Fraction:
    """Return a number as it is written: 0.1 is a tenth, not the float nearest to it."""
    return Fraction(repr(value))


def _mean(pairs: list[tuple[Part, Fraction]]) -> Fraction | None:
    if not pairs:
        return None
    return sum((_exact(p.weight) * s for p, s in pairs), Fraction(0)) / sum(_exact(p.weight) for p, _ in pairs)


def _raised(share: Fraction | None, points: Fraction) -> Fraction | None:
    """Return a share as percent with points added, 100 at most."""
    return None if share is None else min(Fraction(100), 100 * share + points)


def _rounded(value: Fraction | None) -> float | None:
    return None if value is None else float(round(value, DECIMALS))


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _section(part: Part) -> str:
    of = part.total("pass", "fail")
    return f"{float(part.total('pass')):g} of {float(of):g} points" if of else "nothing answered"


def _answer(one: Answer) -> list[str]:
    marks = ", ".join(
        mark for mark in (one.critical and f"{one.critical}-critical", one.fatal and f"fatal: {one.fatal}") if mark
    )
    lines = [f"  {_SIGNS[one.outcome]:>3} {one.text} ({one.weight:g}{'; ' + marks if marks else ''}): {one.reason}"]
    if one.outcome == "fail" and one.coaching:
        lines.append(f"      tip: {one.coaching}")
    return lines + [f"      {text}" for text in _evidence(one.evidence)]


def _evidence(evidence: Any) -> list[str]:
    if isinstance(evidence, list):
        return [
            f"turn {hit['turn_no']}{_clock(hit['start_ms'])}, {hit['speaker']}: “{hit['quote']}”" for hit in evidence
        ]
    if isinstance(evidence, dict) and "window" in evidence:
        return [f"searched: {evidence['window']}, {evidence['turns']} turn(s) of {evidence['speaker']}"]
    if isinstance(evidence, dict) and "metric" in evidence:
        limits = [f"at least {evidence['min']:g}" if evidence["min"] is not None else ""]
        limits.append(f"at most {evidence['max']:g}" if evidence["max"] is not None else "")
        return [f"expected: {' and '.join(one for one in limits if one)}"]
    return [f"expected: {evidence['expected']}"] if isinstance(evidence, dict) else []


def _clock(ms: int | None) -> str:
    return "" if ms is None else f" at {ms // 60000:02d}:{ms // 1000 % 60:02d}"
