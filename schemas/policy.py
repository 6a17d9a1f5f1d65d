"""The shape of a policy YAML: what a QA lead can write. Checks themselves are read by qa/checks/<kind>.py.

The text below a key is what an editor shows for it (see qa/policy_schema.py); `Annotated` holds what JSON Schema can
say beyond the type.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

Critical = Literal["customer", "business", "compliance"]


@dataclass(frozen=True)
class Limits:
    """What a value must keep to beyond its type."""

    pattern: str | None = None
    low: float | None = None
    above: float | None = None
    high: float | None = None


Name = Annotated[str, Limits(pattern="^[a-z][a-z0-9_]{0,62}$")]
Day = Annotated[str, Limits(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Language = Annotated[str, Limits(pattern="^[a-z]{2}$")]
Share = Annotated[float, Limits(low=0, high=1)]
Percent = Annotated[float, Limits(low=0, high=100)]
Points = Annotated[float, Limits(low=0)]
Weight = Annotated[float, Limits(above=0)]
Count = Annotated[int, Limits(low=0)]

# What `only_if: {field: …}` may ask of core.leg_context: with `in`, or with `min` and `max`.
TEXT_FACTS = ("channel", "direction", "queue", "topic", "language", "team", "site")
NUMBER_FACTS = ("tenure_days", "turns", "leg_no")
# What `applies_to` may restrict; the columns of core.leg_context with that name.
SCOPE = TEXT_FACTS


@dataclass(frozen=True)
class Effective:
    """The days of contact a version holds for, both ends included; ISO dates."""

    start: Day
    """The first day of contact."""
    end: Day | None = None
    """The last day of contact; without it, the version holds until a newer one does."""


@dataclass(frozen=True)
class AppliesTo:
    """The contacts a policy is for. An empty list is no restriction; an unknown value never fits a restriction."""

    channel: tuple[str, ...] = ()
    """Channels, such as voice, email, chat."""
    direction: tuple[str, ...] = ()
    """inbound, outbound or internal."""
    queue: tuple[str, ...] = ()
    """Queues, as the sources name them."""
    topic: tuple[str, ...] = ()
    """Topics, as documented by the agents or the system."""
    language: tuple[Language, ...] = ()
    """Languages of the contact, ISO 639-1."""
    team: tuple[str, ...] = ()
    """Teams of the agent on the day of contact."""
    site: tuple[str, ...] = ()
    """Sites of the agent on the day of contact."""
    min_tenure_days: Count | None = None
    """Only agents who had been there this many days, or more."""
    max_tenure_days: Count | None = None
    """Only agents who had been there this many days, or fewer."""


@dataclass(frozen=True)
class OnlyIf:
    """When a question applies: by another question's outcome, by a fact of the contact, or by a metric."""

    question: str | None = None
    """The question whose outcome decides."""
    outcome: Literal["pass", "fail"] = "pass"
    """The outcome it must have: pass or fail."""
    field: Literal[TEXT_FACTS + NUMBER_FACTS] | None = None  # type: ignore[valid-type]
    """The fact that decides: channel, direction, queue, topic, language, team, site; tenure_days, turns, leg_no."""
    among: tuple[str, ...] = ()
    """The values the fact must be one of."""
    metric: str | None = None
    """The metric whose value decides."""
    min: float | None = None
    """The least value of the metric, or of a fact that is a number."""
    max: float | None = None
    """The greatest value of the metric, or of a fact that is a number."""


@dataclass(frozen=True)
class Choice:
    """One step of a scale: what it is worth, and for a check the measured values that fall in it."""

    name: str
    """What the step is called, as people read it in a score."""
    points: float
    """What it is worth. The step with the most points earns the whole weight, the one with the fewest nothing."""
    start: float | None = None
    """Values from here upwards, up to the next step. One step without `from` takes all that is lower."""
    up_to: float | None = None
    """Values up to here, this one included. One step without `up_to` takes all that is higher."""


@dataclass(frozen=True)
class Question:
    """One expectation and what it is worth. `check` names one kind and its settings; `human` questions have none."""

    id: Name
    """Its name, once in the policy: small letters, digits and _."""
    text: str
    """The question as people read it; a pass is yes."""
    weight: Points = 1.0
    """Its weight in its section."""
    answers: Literal["binary", 3, 4, 5] | tuple[Choice, ...] = ()
    """The steps of a scale, or 3, 4 or 5 for one from 1 that people choose from. Without it: binary, pass or fail."""
    pass_from: float | None = None
    """Points from which a step of the scale is a pass; without it, only the step with the most points is."""
    critical: Critical | None = None
    """A fail is a critical error for the customer, the business or compliance, counted beside the score."""
    fatal: Literal["policy", "section"] | None = None
    """A fail makes the final score, or the section, 0."""
    bonus: Points = 0.0
    """Percentage points a full answer adds to the final score; a fail costs nothing."""
    only_if: OnlyIf | None = None
    """When the question applies; otherwise it is not applicable."""
    advisory: bool = False
    """Answered and shown, never part of a score."""
    coaching: str = ""
    """The tip a coach reads under a fail."""
    evaluates: tuple[str, ...] = ()
    """Ids under which people's forms ask the same, for `callqa policy backtest`; its own id always counts."""
    min_agreement: Share | None = None
    """The bar of this question, where it is another than the policy's."""
    check: dict[str, Any] = field(default_factory=dict)
    """The kind of check that answers it, and its settings."""
    human: bool = False
    """Answered by people."""

    @property
    def steps(self) -> tuple[Choice, ...]:
        """Return the steps of its scale, none when it is binary."""
        if isinstance(self.answers, tuple):
            return self.answers
        if self.answers == "binary":
            return ()
        return tuple(Choice(str(n), n) for n in range(1, self.answers + 1))

    @property
    def passes_from(self) -> float:
        """Return the points from which a step is a pass."""
        return max(step.points for step in self.steps) if self.pass_from is None else self.pass_from

    def score(self, points: float) -> float:
        """Return what points on its scale are worth, 0 to 1."""
        low, high = min(one.points for one in self.steps), max(one.points for one in self.steps)
        return (points - low) / (high - low)


@dataclass(frozen=True)
class Section:
    """Questions that belong together, and the section's weight in the policy."""

    id: Name
    """Its name, once in the policy."""
    title: str
    """Its title, as people read it."""
    weight: Weight
    """Its weight in the policy."""
    questions: tuple[Question, ...]
    """Its questions."""


@dataclass(frozen=True)
class Band:
    """A name for scores from a limit upwards, in percent."""

    name: str
    """What people call such a score."""
    start: Percent
    """The lowest score of the band."""


@dataclass(frozen=True)
class Shape:
    """One version of a policy, as written.

    A score with less than `min_coverage` of its weight answered has no final value: what little is known of such a
    contact would be taken for the whole.
    """

    policy: Name
    """Its name, = the name of its file up to the first dot."""
    version: Annotated[int, Limits(low=1)]
    """1, 2, 3 …; a version that scores were made with never changes."""
    title: str
    """Its title, as people read it."""
    effective: Effective
    """The days of contact this version holds for."""
    sections: tuple[Section, ...]
    """The questions, in sections."""
    languages: tuple[Language, ...] = ()
    """The languages the policy means to cover; lint says where patterns for one are missing."""
    applies_to: AppliesTo = AppliesTo()
    """The contacts the policy is for."""
    pass_mark: Percent = 80.0
    """The final score from which a contact has passed, in percent."""
    bands: tuple[Band, ...] = ()
    """Names for ranges of the final score."""
    min_coverage: Share = 0.5
    """The share of the weight that must be answered for a final score."""
    min_agreement: Share | None = None
    """The bar, 0.8 unless given: a rule that agrees with people on a smaller share of contacts should only be shown."""

    def questions(self) -> list[tuple[Section, Question]]:
        """Return the questions that are answered automatically, with their sections."""
        return [(section, one) for section in self.sections for one in section.questions if not one.human]


@dataclass(frozen=True)
class Advice:
    """One entry of `policies/advisory.yaml`: a question that is shown and not scored, although its policy scores it."""

    policy: str
    """The policy."""
    version: int
    """Its version."""
    question: str
    """The question."""
    why: str
    """Why it is not scored, such as its agreement with people."""
