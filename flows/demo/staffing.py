"""Who is on shift at which hour of a day, and who takes the next call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from flows.demo.centre import Agent

EARLY, LATE, MIDDLE = (6, 14), (14, 22), (9, 17)
UNLUCKY_HOURS = (9, 15)
NIGHT_TEAM = 25
WEEKEND_SHARE = 0.6
_TRIES = 3


@dataclass
class Staff:
    """The agents of one day by hour of the wall clock, and since when each is free (UTC ms)."""

    by_hour: list[list[Agent]]
    unlucky: list[list[Agent]]
    free_at: dict[int, int] = field(default_factory=dict)

    def pick(self, hour: int, queue: str, rng: Random, *, other_than: Agent | None = None) -> Agent:
        """Return the one of a few random agents on shift who is free first."""
        special = self.unlucky[hour]
        if special and queue == "complaints" and rng.random() < 0.1:
            found = special[rng.randrange(len(special))]
            if found is not other_than:
                return found
        crew = self.by_hour[hour]
        asked = [agent for agent in (crew[rng.randrange(len(crew))] for _ in range(_TRIES)) if agent is not other_than]
        asked = asked or [next(agent for agent in crew if agent is not other_than)]
        return min(asked, key=lambda agent: self.free_at.get(agent.index, 0))

    def alone(self, hour: int) -> bool:
        """Whether nobody else is there to transfer a call to."""
        return len(self.by_hour[hour]) < 2

    def free(self, agent: Agent) -> int:
        """Return since when (UTC ms) the agent is free."""
        return self.free_at.get(agent.index, 0)

    def busy_until(self, agent: Agent, ms: int) -> None:
        """Note that the agent works until then."""
        self.free_at[agent.index] = ms


def roster(agents: list[Agent], day: date, before: Staff | None, rng: Random) -> Staff:
    """Return the day's staff: a few for the night, fewer people at the weekend, the rest in three shifts."""
    regular = [agent for agent in agents if not agent.is_unlucky]
    rng.shuffle(regular)
    nights = max(1, len(regular) // NIGHT_TEAM)
    night, rest = regular[:nights], regular[nights:]
    if day.weekday() >= 5:
        rest = rest[: max(3, int(len(rest) * WEEKEND_SHARE))]
    by_hour: list[list[Agent]] = [[] for _ in range(24)]
    for hour in (*range(6), 22, 23):
        by_hour[hour] += night
    for number, agent in enumerate(rest):
        begin, end = (EARLY, LATE, MIDDLE)[number % 3]
        for hour in range(begin, end):
            by_hour[hour].append(agent)
    unlucky: list[list[Agent]] = [[] for _ in range(24)]
    for hour in range(*UNLUCKY_HOURS):
        unlucky[hour] = [agent for agent in agents if agent.is_unlucky]
    return Staff(by_hour, unlucky, dict(before.free_at) if before else {})
