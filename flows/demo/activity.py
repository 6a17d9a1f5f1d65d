"""The truth about agents' days and queues' days: spans and waits added up as they are made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from flows.demo.call import Call
from flows.demo.centre import QUEUE
from flows.demo.clock import Clock
from flows.demo.shifts import Planned, State
from flows.demo.spans import Span, common, length_ms, without
from flows.demo.truth import Truth

QUEUE_COUNTS = ("received", "answered", "abandoned", "timeout", "answered_within", "abandoned_within", "wait_s")


@dataclass
class ActivityTruth:
    """Keeps spans by local day and agent, cut at midnight, and counts calls by local day and queue."""

    clock: Clock
    truth: Truth
    _spans: dict[tuple[date, str], dict[str, list[Span]]] = field(default_factory=dict)
    _queues: dict[tuple[date, str], Counter[str]] = field(default_factory=dict)

    def planned(self, one: Planned) -> None:
        """Note a stretch of the rota."""
        kind = "planned_work" if one.activity == "work" else "planned_other"
        self._add(one.agent.id, kind, one.starts, one.ends)

    def did(self, one: State) -> None:
        """Note what an agent did."""
        self._add(one.agent.id, one.state, one.started, one.ended)

    def call(self, call: Call) -> None:
        """Count a call whose row is usable. Waits are written in whole seconds, and counted so."""
        waited_until = call.ended if call.answered is None else call.answered
        wait_s = waited_until // 1000 - call.started // 1000
        day = self._queues.setdefault((self.clock.day(call.started), call.queue), Counter())
        day.update(received=1, wait_s=wait_s, **{call.outcome: 1})
        if wait_s <= QUEUE[call.queue].answer_within_s and call.outcome != "timeout":
            day[f"{call.outcome}_within"] += 1

    def close_days(self, until: date) -> None:
        """Write all days up to this one: nothing that begins later can belong to them."""
        for day, agent_id in sorted(key for key in self._spans if key[0] <= until):
            spans = self._spans.pop((day, agent_id))
            self.truth.write("activity_day", [agent_id, day, *_figures(spans)])
        for day, queue in sorted(key for key in self._queues if key[0] <= until):
            counts = self._queues.pop((day, queue))
            self.truth.write("queue_day", [queue, day, *(counts[name] for name in QUEUE_COUNTS)])

    def _add(self, agent_id: str, kind: str, begin: int, end: int) -> None:
        while begin < end:
            day = self.clock.day(begin)
            midnight = min(end, self.clock.at(day + timedelta(days=1), 0))
            self._spans.setdefault((day, agent_id), {}).setdefault(kind, []).append((begin, midnight))
            begin = midnight


def _figures(spans: dict[str, list[Span]]) -> list[str]:
    """Return logged in, available, on contact, wrap-up, pause, scheduled and conforming time in seconds."""
    login, pause = spans.get("login", []), spans.get("pause", [])
    other = spans.get("planned_other", [])
    work = without(spans.get("planned_work", []), other)
    there = without(login, pause)
    on_contact = [*spans.get("contact", []), *spans.get("wrap", [])]
    conforming = length_ms(common(work, there)) + length_ms(without(other, there))
    lengths = [length_ms(one) for one in (login, spans.get("available", []), on_contact, spans.get("wrap", []), pause)]
    return [f"{ms // 1000}.{ms % 1000:03d}" for ms in (*lengths, length_ms([*work, *other]), conforming)]
