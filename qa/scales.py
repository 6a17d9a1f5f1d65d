"""What an answer is worth: pass and fail, or a step of a scale chosen by the value a check measured.

A step is known by its place on the scale, lowest values first. A value of which some cannot be decided (turns nobody
can judge) has a step only where all that it may be lies in the same one; else the answer is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.sql_text import quoted

if TYPE_CHECKING:
    from qa.checks import Pieces
    from schemas.policy import Choice, Question


@dataclass(frozen=True)
class Scale:
    """SQL of one question: `outcome`, `reason`, and with a scale `step`: the place of the step chosen, from 1."""

    question: Question
    steps: tuple[Choice, ...]
    outcome: str
    reason: str
    step: str | None = None

    def score(self, outcome: str, step: str) -> str:
        """Return the score, 0 to 1, of what the columns `outcome` and `step` hold; NULL where nothing is decided."""
        if not self.step:
            return f"CASE {outcome} WHEN 'pass' THEN 1.0::DOUBLE WHEN 'fail' THEN 0.0::DOUBLE END"
        worth = ", ".join(f"{self.question.score(one.points)!r}::DOUBLE" for one in self.steps)
        return f"CASE WHEN {outcome} IN ('pass', 'fail') THEN [{worth}][{step}] END"

    def named(self, step: str) -> str:
        """Return the name of the step."""
        return f"[{', '.join(quoted(one.name) for one in self.steps)}][{step}]"


def scale_of(one: Question, piece: Pieces) -> Scale:
    """Return how a question's check becomes an answer."""
    if not one.steps or piece.measure is None:
        return Scale(one, (), piece.outcome, piece.reason)
    steps = ordered(one.steps)
    value, most = piece.measure.value, piece.measure.most
    step = place(steps, value)
    if most:
        step = f"CASE WHEN {step} = {place(steps, most)} THEN {step} END"
    passes = [at for at, step_ in enumerate(steps, start=1) if step_.points >= one.passes_from]
    among = ", ".join(map(str, passes))
    outcome = (
        f"CASE WHEN {piece.outcome} = 'not_applicable' THEN 'not_applicable' WHEN ({step}) IS NULL THEN 'unknown' "
        f"WHEN ({step}) IN ({among}) THEN 'pass' ELSE 'fail' END"
    )
    reason = (
        f"CASE WHEN {piece.outcome} = 'not_applicable' OR {value} IS NULL THEN {piece.reason} "
        f"WHEN ({step}) IS NULL THEN 'cannot be decided: at least ' || {piece.measure.words} "
        f"ELSE {piece.measure.words} END"
    )
    return Scale(one, steps, outcome, reason, step)


def ordered(steps: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Return the steps from low values to high ones; the one without a limit stands where it is open."""
    if any(one.start is not None for one in steps):
        return tuple(sorted(steps, key=lambda one: float("-inf") if one.start is None else one.start))
    return tuple(sorted(steps, key=lambda one: float("inf") if one.up_to is None else one.up_to))


def place(steps: tuple[Choice, ...], value: str) -> str:
    """Return an expression: which step a value falls in, from 1; NULL for a NULL."""
    whens = []
    for at, one in reversed(list(enumerate(steps, start=1))):
        if one.start is not None:
            whens.append(f"WHEN {value} >= {quoted(one.start)} THEN {at}")
    for at, one in enumerate(steps, start=1):
        if one.up_to is not None:
            whens.append(f"WHEN {value} <= {quoted(one.up_to)} THEN {at}")
    rest = next(at for at, one in enumerate(steps, start=1) if one.start is None and one.up_to is None)
    return f"CASE WHEN {value} IS NULL THEN NULL {' '.join(whens)} ELSE {rest} END"
