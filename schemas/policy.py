"""The shape of a policy YAML: what a QA lead can write. Checks themselves are read by qa/checks/<kind>.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Critical = Literal["customer", "business", "compliance"]


@dataclass(frozen=True)
class Effective:
    """The days of contact a version holds for, both ends included; ISO dates."""

    start: str
    end: str | None = None


@dataclass(frozen=True)
class AppliesTo:
    """The contacts a policy is for. An empty list is no restriction; an unknown value never fits a restriction."""

    channel: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    min_tenure_days: int | None = None


@dataclass(frozen=True)
class OnlyIf:
    """When a question applies: another question's outcome, or a field of core.leg_context."""

    question: str | None = None
    outcome: Literal["pass", "fail"] = "pass"
    field: str | None = None
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One expectation and what it is worth. `check` names one kind and its settings; `human` questions have none."""

    id: str
    text: str
    weight: float = 1.0
    critical: Critical | None = None
    fatal: Literal["policy", "section"] | None = None
    bonus: float = 0.0
    only_if: OnlyIf | None = None
    coaching: str = ""
    check: dict[str, Any] = field(default_factory=dict)
    human: bool = False


@dataclass(frozen=True)
class Section:
    """Questions that belong together, and the section's weight in the policy."""

    id: str
    title: str
    weight: float
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Band:
    """A name for scores from a limit upwards, in percent."""

    name: str
    start: float


@dataclass(frozen=True)
class Shape:
    """One version of a policy, as written.

    A score with less than `min_coverage` of its weight answered has no final value: what little is known of such a
    contact would be taken for the whole.
    """

    policy: str
    version: int
    title: str
    effective: Effective
    sections: tuple[Section, ...]
    languages: tuple[str, ...] = ()
    applies_to: AppliesTo = AppliesTo()
    pass_mark: float = 80.0
    bands: tuple[Band, ...] = ()
    min_coverage: float = 0.5

    def questions(self) -> list[tuple[Section, Question]]:
        """Return the questions that are answered automatically, with their sections."""
        return [(section, one) for section in self.sections for one in section.questions if not one.human]
