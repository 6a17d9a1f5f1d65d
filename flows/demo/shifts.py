"""What agents were planned to do and what they did: the rota, and the states the telephone system logs.

The states follow from the day's legs: an agent is on contact from answering to the end of the talk, then wraps up;
pauses lie where no call was; the rest of the shift is available, ringing included. Nobody logs out with a call open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from flows.demo.call import Call, Leg
from flows.demo.centre import Agent
from flows.demo.clock import HOUR_S, Clock
from flows.demo.spans import Span, joined, without
from flows.demo.staffing import Staff

MINUTE = 60_000
# Planned pauses of a full shift: hours after its begin, minutes, and what they are called in the log.
BREAKS = ((2, 10, "Kurzpause"), (4, 30, "Mittagspause"), (6, 10, "Kurzpause"))
FULL_SHIFT_MS = 7 * HOUR_S * 1000
MEETING_SHARE, MEETING_MIN = 0.12, 20
EARLY_MIN, LATE_MIN = -4, 7
SHORTEST_PAUSE = MINUTE


@dataclass(frozen=True)
class State:
    """One interval of the telephone system's log; `ended` may lie on the next day."""

    agent: Agent
    state: str
    started: int
    ended: int
    reason: str | None = None


@dataclass(frozen=True)
class Planned:
    """One stretch of the rota."""

    agent: Agent
    activity: str
    starts: int
    ends: int


@dataclass
class Shifts:
    """Makes the rota and the states of one day after another; keeps until when each agent stayed."""

    clock: Clock
    stayed: dict[int, int] = field(default_factory=dict)

    def day(self, day: date, staff: Staff, calls: list[Call], rng: Random) -> tuple[list[Planned], list[State]]:
        """Return the day's rota and states, both in the order of agents and times."""
        legs: dict[int, list[Leg]] = {}
        for call in calls:
            for leg in call.legs:
                legs.setdefault(leg.agent.index, []).append(leg)
        plan: list[Planned] = []
        states: list[State] = []
        for agent, shifts in self._on_duty(day, staff):
            own = sorted(legs.get(agent.index, ()), key=lambda leg: leg.started)
            for number, (begin, end) in enumerate(shifts):
                until = shifts[number + 1][0] if number + 1 < len(shifts) else None
                mine = [leg for leg in own if until is None or leg.started < until]
                own = own[len(mine) :]
                breaks = _planned_breaks(begin, end, rng)
                plan.append(Planned(agent, "work", begin, end))
                plan += [Planned(agent, kind, first, last) for kind, _, first, last in breaks]
                states += self._states(agent, begin, end, mine, breaks, rng)
        return plan, states

    def _on_duty(self, day: date, staff: Staff) -> Iterable[tuple[Agent, list[Span]]]:
        """Yield every agent of the day with the begin and end of each shift."""
        hours: dict[int, tuple[Agent, list[Span]]] = {}
        for hour in range(24):
            for agent in (*staff.by_hour[hour], *staff.unlucky[hour]):
                own = hours.setdefault(agent.index, (agent, []))[1]
                own.append((self.clock.at(day, hour * HOUR_S), self.clock.at(day, (hour + 1) * HOUR_S)))
        for index in sorted(hours):
            agent, spans = hours[index]
            yield agent, joined(spans)

    def _states(
        self,
        agent: Agent,
        begin: int,
        end: int,
        legs: list[Leg],
        breaks: list[tuple[str, str, int, int]],
        rng: Random,
    ) -> list[State]:
        came = max(begin + rng.randint(EARLY_MIN * 60, LATE_MIN * 60) * 1000, self.stayed.get(agent.index, 0))
        # The night begins and ends with the day: nobody's early arrival belongs to the day before.
        came = max(came, self.clock.at(self.clock.day(begin), 0))
        left = end + rng.randint(-LATE_MIN * 60, -EARLY_MIN * 60) * 1000
        if legs:
            came = min(came, max(legs[0].started, self.stayed.get(agent.index, 0)))
            left = max([left, *(leg.completed for leg in legs)])
        self.stayed[agent.index] = left
        out = [State(agent, "login", came, left)]
        out += [State(agent, "contact", leg.answered, leg.ended) for leg in legs if leg.answered is not None]
        out += [State(agent, "wrap", leg.ended, leg.completed) for leg in legs if leg.wrap]
        busy = joined((leg.started, leg.completed) for leg in legs)
        pauses = list(_pauses(agent, breaks, busy, (came, left)))
        worked = [(state.started, state.ended) for state in out[1:]]
        away = [(state.started, state.ended) for state in pauses]
        free = without([(came, left)], [*worked, *away])
        return [*out, *pauses, *(State(agent, "available", first, last) for first, last in free)]


def _planned_breaks(begin: int, end: int, rng: Random) -> list[tuple[str, str, int, int]]:
    """Return (activity, reason, from, until) of the breaks of a full shift, and now and then of a meeting."""
    if end - begin < FULL_SHIFT_MS:
        return []
    shift_min = rng.randrange(0, 50, 5)
    out = []
    for after_h, minutes, reason in BREAKS:
        first = begin + (after_h * 60 + shift_min) * MINUTE
        out.append(("break", reason, first, first + minutes * MINUTE))
    if rng.random() < MEETING_SHARE:
        first = begin + 60 * MINUTE
        out.append(("meeting", "Besprechung", first, first + MEETING_MIN * MINUTE))
    return sorted(out, key=lambda one: one[2])


def _pauses(agent: Agent, breaks: list[tuple[str, str, int, int]], busy: list[Span], login: Span) -> Iterable[State]:
    """Yield the pauses as taken: each in the first gap between calls after its planned begin, cut by the next call."""
    at = login[0]
    for _, reason, first, last in breaks:
        for begin, end in without([(max(first, at), login[1])], busy):
            until = min(end, begin + last - first)
            if until - begin >= SHORTEST_PAUSE:
                yield State(agent, "pause", begin, until, reason)
                at = until
                break
