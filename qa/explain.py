"""Reprint a score from what is stored: answers, evidence, policy, and the arithmetic step by step.

The number is computed again here, from the stored answers and the stored policy, in exact fractions and without SQL;
when it differs from the stored one that is an error, not a footnote.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from schemas.errors import CallqaError, UsageError, Where
from schemas.policy import Shape
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

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
    score: float | None
    weight: float
    step: str | None
    is_advisory: bool
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

    def counted(self) -> list[Answer]:
        """Return the answers that are part of the score."""
        return [one for one in self.answers if not one.is_advisory]

    def total(self, *outcomes: str) -> Fraction:
        """Return the weight of the answers with one of these outcomes."""
        return sum((_exact(one.weight) for one in self.counted() if one.outcome in outcomes), Fraction(0))

    def earned(self) -> Fraction:
        """Return the weight earned: all of it by a pass, on a scale also parts."""
        return sum((_exact(one.weight) * _exact(one.score) for one in self.counted() if one.score), Fraction(0))

    def zeroed(self, *outcomes: str) -> bool:
        """Return whether a question that zeroes the section has one of these outcomes."""
        return any(one.fatal == "section" and one.outcome in outcomes for one in self.counted())

    def share(self, *outcomes: str, unknown: int = 0) -> Fraction | None:
        """Return the share of points, None where no weight has one of these outcomes. `unknown`: what those earn."""
        of = self.total(*outcomes)
        return (self.earned() + unknown * self.total("unknown")) / of if of else None


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
        answered, asked = ("pass", "fail"), ("pass", "fail", "unknown")
        zero = Fraction(0)
        raw = _mean((p, p.share(*answered)) for p in self.parts)
        kept = _mean((p, zero if p.zeroed("fail") else p.share(*answered)) for p in self.parts)
        low = _mean((p, zero if p.zeroed("fail", "unknown") else p.share(*asked)) for p in self.parts)
        high = _mean((p, zero if p.zeroed("fail") else p.share(*asked, unknown=1)) for p in self.parts)
        coverage = _mean((p, p.total(*answered) / p.total(*asked) if p.total(*asked) else None) for p in self.parts)
        won, may_win = self._bonus(may_win=False), self._bonus(may_win=True)
        enough = coverage is None or round(coverage, DECIMALS) >= _exact(self.min_coverage)
        if self._fatal("fail"):
            final: Fraction | None = zero
            bounds: tuple[Fraction | None, Fraction | None] = (zero, zero)
        else:
            final = _raised(kept, won) if enough else None
            at_risk = self._fatal("unknown")
            top = _raised(low if high is None else high, may_win)
            bounds = (zero if at_risk else _raised(low, won), zero if at_risk and top is None else top)
        return {
            "raw": _rounded(_raised(raw, Fraction(0))),
            "final": _rounded(final),
            "low": _rounded(bounds[0]),
            "high": _rounded(bounds[1]),
            "coverage": _rounded(coverage),
        }

    def _fatal(self, outcome: str) -> bool:
        return any(one.fatal == "policy" and one.outcome == outcome for one in self._answers())

    def _bonus(self, *, may_win: bool) -> Fraction:
        won = [_exact(one.bonus) * _exact(one.score) for one in self._answers() if one.score]
        open_ = [_exact(one.bonus) for one in self._answers() if one.outcome == "unknown" and may_win]
        return sum(won + open_, Fraction(0))

    def _answers(self) -> list[Answer]:
        return [one for part in self.parts for one in part.counted()]

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

    def to_text(self, *, with_agent: bool = True) -> str:
        """Return the explanation as a person reads it; `with_agent`: with the agent's id."""
        score = self.score
        agent = f"agent {score['agent_id']}, " if with_agent else ""
        lines = [
            f"{self.title} ({score['policy_id']} version {score['policy_version']}, {score['policy_hash'][:12]})",
            f"leg {score['leg_id']}, {agent}contact on {score['contact_on']}",
            f"final {percent(score['final'])}   bounds {percent(score['low'])} to {percent(score['high'])}   "
            f"answered {percent(None if score['coverage'] is None else 100 * score['coverage'])} of the weight",
        ]
        if score["final"] is None:
            lines.append(f"no final score: less than {100 * self.min_coverage:g} % of the weight could be answered")
        for part in self.parts:
            lines += ["", f"{part.title}, weight {part.weight:g}: {_section(part)}"]
            for one in part.answers:
                lines += _answer(one)
        if self.human:
            lines += ["", "left to people, not part of this score:", *(f"      {text}" for text in self.human)]
        return "\n".join([*lines, "", *self.sum_lines()])

    def sum_lines(self) -> list[str]:
        """Print the arithmetic in one line, then what was added or taken."""
        terms, weights = [], []
        for part in self.parts:
            of = part.total("pass", "fail")
            if of > 0:
                terms.append(f"{part.weight:g} x {float(part.earned()):g}/{float(of):g}")
                weights.append(f"{part.weight:g}")
        raw, final = percent(self.computed()["raw"]), percent(self.computed()["final"])
        lines = (
            [f"raw = ({' + '.join(terms)}) / ({' + '.join(weights)}) = {raw}"] if terms else ["nothing was answered"]
        )
        lines += [
            f"section {part.title} counts 0: a fatal question failed" for part in self.parts if part.zeroed("fail")
        ]
        answers = self._answers()
        lines += [f"fatal: {one.text}" for one in answers if one.fatal == "policy" and one.outcome == "fail"]
        lines += [f"bonus: {one.text} (+{one.bonus * one.score:g})" for one in answers if one.bonus and one.score]
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
            f"no score of {ref!r}"
            + (f" under {policy!r}" if policy else "")
            + (f" as run {run_seq} published it" if run_seq else ""),
            fix="Take a leg_id or interaction_id from qa.score: callqa sql -c 'SELECT leg_id FROM qa.score LIMIT 5'",
        )
    found = [_one(connection, score, run_seq) for score in scores]
    for one in found:
        one.verify()
    return Explanations(found)


def run_of(connection: DuckDBPyConnection, run: int | None, as_of: date | None) -> int | None:
    """Return the run whose state is asked for: by number, or the newest of a business date or before; None: the newest.

    Raises UsageError when there is no such run.
    """
    if run is None and as_of is None:
        return None
    if run is not None and as_of is not None:
        raise UsageError("a run or a day, not both", fix="Leave --run or --as-of out.")
    query = "SELECT max(run_seq), (SELECT min(run_seq) || ' to ' || max(run_seq) FROM ops.run) FROM ops.run WHERE "
    query += "run_seq = $key" if run is not None else "business_date <= $key"
    found = connection.execute(query, {"key": run if run is not None else as_of}).fetchone() or (None, None)
    if found[0] is None:
        raise UsageError("no such run", found=run if run is not None else as_of, expected=f"runs {found[1]}")
    return int(found[0])


def _source(name: str, run_seq: int | None) -> str:
    return f"qa.{name}" if run_seq is None else f"qa.{name}_as_published({int(run_seq)})"


def _one(connection: DuckDBPyConnection, score: dict[str, Any], run_seq: int | None) -> Explanation:
    key = [score["policy_id"], score["policy_version"]]
    stored = connection.execute(
        "SELECT content FROM qa.policy WHERE policy_id = ? AND policy_version = ?", key
    ).fetchone()
    if stored is None:
        raise CallqaError(f"the policy of the score is not stored: {key[0]} version {key[1]}")
    try:
        shape = _shape(stored[0])
    except CallqaError as problem:
        raise CallqaError(
            f"{key[0]} version {key[1]} was written for another version of callqa: the score cannot be explained",
            found=str(problem),
            expected=f"callqa {score['code_version']}, which made the score",
        ) from None
    rows = connection.execute(
        "SELECT question_id, outcome, score, weight, step, is_advisory, reason, evidence "
        f"FROM {_source('answer', run_seq)} WHERE leg_id = ? AND policy_id = ?",
        [score["leg_id"], score["policy_id"]],
    ).fetchall()
    given = {question: rest for question, *rest in rows}
    parts = []
    for section in shape.sections:
        asked = [_answered(one, *given[one.id]) for one in section.questions if one.id in given]
        parts.append(Part(section.id, section.title, section.weight, asked))
    human = [one.text for section in shape.sections for one in section.questions if one.human]
    return Explanation(score, shape.title, shape.pass_mark, shape.min_coverage, parts, human)


@lru_cache(maxsize=64)
def _shape(content: str) -> Shape:
    """Return a stored policy's content as questions and weights. Raises CallqaError for one of another version."""
    return build(Shape, json.loads(content), lambda name: Where(field=name))


def _answered(one: Question, outcome: str, score: float | None, weight: float, step: str | None, *rest: Any) -> Answer:
    is_advisory, reason, evidence = rest
    proof = json.loads(evidence) if evidence else None
    about = (one.critical, one.fatal, one.bonus, one.coaching)
    return Answer(one.id, one.text, outcome, score, weight, step, is_advisory, reason, proof, *about)


@lru_cache(maxsize=1024)
def _exact(value: float) -> Fraction:
    """Return a number as it is written: 0.1 is a tenth, not the float nearest to it."""
    return Fraction(repr(value))


def _mean(pairs: Iterable[tuple[Part, Fraction | None]]) -> Fraction | None:
    """Return the mean of the sections' shares by their weights, over the sections that have one."""
    known = [(_exact(part.weight), share) for part, share in pairs if share is not None]
    if not known:
        return None
    return sum((weight * share for weight, share in known), Fraction(0)) / sum(weight for weight, _ in known)


def _raised(share: Fraction | None, points: Fraction) -> Fraction | None:
    """Return a share as percent with points added, 100 at most."""
    return None if share is None else min(Fraction(100), 100 * share + points)


def _rounded(value: Fraction | None) -> float | None:
    return None if value is None else float(round(value, DECIMALS))


def percent(value: float | None) -> str:
    """Return percent with one decimal, – for what is not known."""
    return "–" if value is None else f"{value:.1f} %"


def _section(part: Part) -> str:
    of = part.total("pass", "fail")
    return f"{float(part.earned()):g} of {float(of):g} points" if of else "nothing answered"


def _answer(one: Answer) -> list[str]:
    marks = ", ".join(
        mark
        for mark in (
            one.critical and f"{one.critical}-critical",
            one.fatal and f"fatal: {one.fatal}",
            one.step and f"{one.step}: {100 * (one.score or 0):g} %",
            one.is_advisory and "advisory: not scored",
        )
        if mark
    )
    lines = [f"  {_SIGNS[one.outcome]:>3} {one.text} ({one.weight:g}{'; ' + marks if marks else ''}): {one.reason}"]
    if one.outcome == "fail" and one.coaching:
        lines.append(f"      tip: {one.coaching}")
    return lines + [f"      {text}" for text in evidence_lines(one.evidence)]


def evidence_lines(evidence: Any) -> list[str]:
    """Return what proves an answer, in words, one line each."""
    if isinstance(evidence, list):
        return [
            f"turn {hit['turn_no']}{_moment(hit['start_ms'])}, {hit['speaker']}: “{hit['quote']}”" for hit in evidence
        ]
    if isinstance(evidence, dict) and "window" in evidence:
        return [f"searched: {evidence['window']}, {evidence['turns']} turn(s) of {evidence['speaker']}"]
    if isinstance(evidence, dict) and "metric" in evidence:
        limits = [f"at least {evidence['min']:g}" if evidence["min"] is not None else ""]
        limits.append(f"at most {evidence['max']:g}" if evidence["max"] is not None else "")
        return [f"expected: {' and '.join(one for one in limits if one)}"]
    return [f"expected: {evidence['expected']}"] if isinstance(evidence, dict) else []


def _moment(ms: int | None) -> str:
    return "" if ms is None else f" at {clock(ms)}"


def clock(ms: int) -> str:
    """Return milliseconds as minutes and seconds, from an hour on with hours, from a day on with days."""
    seconds = ms // 1000
    if seconds < 3600:
        return f"{seconds // 60:02d}:{seconds % 60:02d}"
    days = f"{seconds // 86400} d " if seconds >= 86400 else ""
    return f"{days}{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
