"""Reprint a score from what is stored: answers, evidence, policy, and the arithmetic step by step.

The number is computed again here, from the stored answers and the stored policy, in plain Python; when it differs from
the stored one that is an error, not a footnote.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.errors import CallqaError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOLERANCE = 1e-9
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

    def total(self, *outcomes: str) -> float:
        """Return the weight of the answers with one of these outcomes."""
        return sum(one.weight for one in self.answers if one.outcome in outcomes)

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

    def computed(self) -> dict[str, float | None]:
        """Return raw, final, low, high (percent) and coverage, computed from the answers."""
        answered = [(p, p.total("pass", "fail")) for p in self.parts if p.total("pass", "fail") > 0]
        asked = [(p, p.total("pass", "fail", "unknown")) for p in self.parts if p.total("pass", "fail", "unknown") > 0]
        raw = _mean([(p.weight, p.total("pass") / of) for p, of in answered])
        kept = _mean([(p.weight, 0.0 if p.zeroed("fail") else p.total("pass") / of) for p, of in answered])
        low = _mean([(p.weight, 0.0 if p.zeroed("fail", "unknown") else p.total("pass") / of) for p, of in asked])
        high = _mean([(p.weight, 0.0 if p.zeroed("fail") else p.total("pass", "unknown") / of) for p, of in asked])
        coverage = _mean([(p.weight, p.total("pass", "fail") / of) for p, of in asked])
        answers = [one for part in self.parts for one in part.answers]
        fatal = any(one.fatal == "policy" and one.outcome == "fail" for one in answers)
        at_risk = fatal or any(one.fatal == "policy" and one.outcome == "unknown" for one in answers)
        won = sum(one.bonus for one in answers if one.outcome == "pass")
        may_win = won + sum(one.bonus for one in answers if one.outcome == "unknown")
        enough = coverage is not None and coverage >= self.min_coverage
        final = None if kept is None or not enough else 0.0 if fatal else min(100.0, 100 * kept + won)
        return {
            "raw": None if raw is None else 100 * raw,
            "final": final,
            "low": None if low is None else 0.0 if at_risk else min(100.0, 100 * low + won),
            "high": None if high is None else 0.0 if fatal else min(100.0, 100 * high + may_win),
            "coverage": coverage,
        }

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
        return "\n".join([*lines, "", *self._sum()])

    def _sum(self) -> list[str]:
        """Print the arithmetic in one line, then what was added or taken."""
        terms, weights = [], []
        for part in self.parts:
            of = part.total("pass", "fail")
            if of > 0:
                terms.append(f"{part.weight:g} x {part.total('pass'):g}/{of:g}")
                weights.append(f"{part.weight:g}")
        raw = _percent(self.computed()["raw"])
        lines = (
            [f"raw = ({' + '.join(terms)}) / ({' + '.join(weights)}) = {raw}"] if terms else ["nothing was answered"]
        )
        answers = [one for part in self.parts for one in part.answers]
        lines += [f"fatal: {one.text}" for one in answers if one.fatal and one.outcome == "fail"]
        lines += [f"bonus: {one.text} (+{one.bonus:g})" for one in answers if one.bonus and one.outcome == "pass"]
        return [*lines, "computed again from the stored answers: the same"]


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


def explain(connection: DuckDBPyConnection, ref: str, policy: str | None = None) -> Explanations:
    """Explain the current scores of a leg, or of all legs of an interaction. Raises CallqaError when there are none."""
    result = connection.execute(
        "SELECT * FROM qa.score WHERE (leg_id = $ref OR interaction_id = $ref) "
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
    found = [_one(connection, score) for score in scores]
    for one in found:
        one.verify()
    return Explanations(found)


def _one(connection: DuckDBPyConnection, score: dict[str, Any]) -> Explanation:
    key = [score["policy_id"], score["policy_version"]]
    stored = connection.execute(
        "SELECT content FROM qa.policy WHERE policy_id = ? AND policy_version = ?", key
    ).fetchone()
    if stored is None:
        raise CallqaError(f"the policy of the score is not stored: {key[0]} version {key[1]}")
    shape = json.loads(stored[0])
    rows = connection.execute(
        "SELECT question_id, outcome, weight, reason, evidence FROM qa.answer WHERE leg_id = ? AND policy_id = ?",
        [score["leg_id"], score["policy_id"]],
    ).fetchall()
    given = {question: rest for question, *rest in rows}
    parts = []
    for section in shape["sections"]:
        part = Part(section["id"], section["title"], section["weight"])
        for one in section["questions"]:
            if one["id"] in given:
                outcome, weight, reason, evidence = given[one["id"]]
                part.answers.append(
                    Answer(
                        one["id"],
                        one["text"],
                        outcome,
                        weight,
                        reason,
                        json.loads(evidence) if evidence else None,
                        one["critical"],
                        one["fatal"],
                        one["bonus"],
                        one["coaching"],
                    )
                )
        parts.append(part)
    return Explanation(score, shape["title"], shape["pass_mark"], shape["min_coverage"], parts)


def _mean(pairs: list[tuple[float, float]]) -> float | None:
    return sum(w * s for w, s in pairs) / sum(w for w, _ in pairs) if pairs else None


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _section(part: Part) -> str:
    of = part.total("pass", "fail")
    return f"{part.total('pass'):g} of {of:g} points" if of else "nothing answered"


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
