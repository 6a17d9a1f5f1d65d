"""What one call is before it is written: plain values, times in UTC milliseconds, durations in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from flows.demo.centre import Agent

Outcome = Literal["answered", "abandoned", "timeout"]


@dataclass(slots=True)
class Leg:
    """One agent's part. `hold_known` and `wrap_known` say whether the telephone system wrote them down."""

    no: int
    agent: Agent
    queue: str
    started: int
    ring: int
    answered: int | None = None
    talk: int = 0
    hold: int = 0
    wrap: int = 0
    hold_known: bool = True
    wrap_known: bool = True
    transfer: str = "NONE"
    transfer_to: str | None = None
    hangup_by: str | None = None

    @property
    def handled(self) -> bool:
        """Whether the agent took the call; if not, it rang in vain."""
        return self.answered is not None

    @property
    def ended(self) -> int:
        """End of the talk; for a missed ring, end of the ringing."""
        return (self.started + self.ring if self.answered is None else self.answered) + self.talk + self.hold

    @property
    def completed(self) -> int:
        """End of the work after the talk."""
        return self.ended + self.wrap

    @property
    def handle_ms(self) -> int | None:
        """Handle time as a reader of the file can know it: None when a part was not written down."""
        return self.talk + self.hold + self.wrap if self.hold_known and self.wrap_known else None


@dataclass(slots=True)
class Call:
    """One call. `resolved` is what is known in the end; `first_resolved` what the first delivery said.

    `corrected_on` is the later day whose file brings the correction, if any.
    """

    id: str
    started: int
    queue: str
    language: str
    topic: str
    customer: str
    outcome: Outcome = "answered"
    answered: int | None = None
    ended: int = 0
    resolved: bool | None = None
    first_resolved: bool | None = None
    corrected_on: date | None = None
    csat: float | None = None
    disposition: str = "-"
    written: int = 0
    legs: list[Leg] = field(default_factory=list)

    @property
    def handled_legs(self) -> list[Leg]:
        """The parts in which an agent spoke."""
        return [leg for leg in self.legs if leg.handled]
