"""One day of calls: who waits, who answers, how long it takes, what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from random import Random

from flows.demo.arrivals import Arrivals, Wish
from flows.demo.call import Call, Leg
from flows.demo.centre import QUEUE, Agent
from flows.demo.clock import Clock
from flows.demo.staffing import Staff

TRANSFER_SHARE = 0.08
MISSED_SHARE = 0.05
UNKNOWN_OUTCOME_SHARE = 0.06
CORRECTED_SHARE = 0.03
CALL_AGAIN_SHARE = 0.30
CSAT_SHARE = 0.25
WRAP_LOST_SHARE, HOLD_LOST_SHARE = 0.03, 0.02
MAX_WAIT_MS = 600_000
# Now and then somebody is lost in the voice menu for over an hour: the only waits written as h:mm:ss.
LOST_SHARE, LOST_MS = 0.003, (3_601_000, 4_500_000)
MEAN_PATIENCE_MS = 300_000
_TRANSFER_KINDS = ("BLIND", "CONSULT", "QUEUE")


@dataclass
class CallCentre:
    """Plays the calls of one day with the day's staff."""

    clock: Clock
    arrivals: Arrivals
    last_day: date

    def day(self, day: date, staff: Staff, rng: Random) -> list[Call]:
        """Return the day's calls in the order they began."""
        calls = []
        for number, started in enumerate(self.arrivals.times(day, rng), start=1):
            wish = self.arrivals.wish(day, rng)
            call = Call(f"{day:%Y%m%d}-{number:05d}", started, wish.queue, wish.language, wish.topic, wish.customer)
            self._play(call, staff, rng)
            self._conclude(call, day, wish, rng)
            calls.append(call)
        self.arrivals.forget(day)
        return calls

    def _play(self, call: Call, staff: Staff, rng: Random) -> None:
        if rng.random() < LOST_SHARE:
            call.outcome, call.ended = "abandoned", call.started + rng.randint(*LOST_MS)
            return
        hour = self.clock.local(call.started).hour
        offered = call.started + min(int(rng.lognormvariate(log(14), 0.9) * 1000), MAX_WAIT_MS)
        patience = call.started + 5000 + int(rng.expovariate(1 / MEAN_PATIENCE_MS))
        agent = staff.pick(hour, call.queue, rng)
        if rng.random() < MISSED_SHARE and staff.free(agent) <= offered and not staff.alone(hour):
            offered = self._missed(call, agent, offered, staff, rng)
            agent = staff.pick(hour, call.queue, rng, other_than=agent)
        offered = max(offered, staff.free(agent))
        if offered > min(patience, call.started + MAX_WAIT_MS):
            call.outcome = "abandoned" if patience <= call.started + MAX_WAIT_MS else "timeout"
            # Who gives up while it rings at an agent's desk is gone when the ringing stops.
            ring_ends = [leg.ended for leg in call.legs]
            call.ended = max([min(patience, call.started + MAX_WAIT_MS), *ring_ends])
            return
        leg = self._leg(call, agent, call.queue, offered, staff, rng)
        call.answered = leg.answered
        if rng.random() < TRANSFER_SHARE and not staff.alone(hour):
            self._transfer(call, leg, hour, staff, rng)
        call.ended = call.legs[-1].ended
        call.legs[-1].hangup_by = rng.choices(("customer", "agent", "system"), (60, 37, 3))[0]

    def _missed(self, call: Call, agent: Agent, offered: int, staff: Staff, rng: Random) -> int:
        leg = Leg(1, agent, call.queue, offered, ring=rng.randint(15_000, 22_000))
        call.legs.append(leg)
        staff.busy_until(agent, leg.ended)
        return leg.ended

    def _leg(self, call: Call, agent: Agent, queue: str, offered: int, staff: Staff, rng: Random) -> Leg:
        kind, factor = QUEUE[queue], agent.handle_factor
        leg = Leg(len(call.legs) + 1, agent, queue, offered, ring=rng.randint(2_000, 9_000))
        leg.answered = offered + leg.ring
        leg.talk = _drawn(kind.talk_s * factor, 0.5, 20, 2400, rng)
        if rng.random() < min(0.9, kind.hold_share * agent.hold_factor):
            leg.hold = _drawn(40 * agent.hold_factor, 0.5, 8, 900, rng)
        leg.wrap = _drawn(40 * factor, 0.6, 3, 600, rng)
        lost = rng.random()
        leg.wrap_known = lost >= WRAP_LOST_SHARE
        leg.hold_known = not WRAP_LOST_SHARE <= lost < WRAP_LOST_SHARE + HOLD_LOST_SHARE
        call.legs.append(leg)
        staff.busy_until(agent, leg.completed)
        return leg

    def _transfer(self, call: Call, first: Leg, hour: int, staff: Staff, rng: Random) -> None:
        choices = [name for name in ("billing", "complaints", f"hotline_{call.language}") if name != first.queue]
        queue = choices[rng.randrange(len(choices))]
        first.transfer, first.transfer_to = _TRANSFER_KINDS[rng.randrange(3)], queue
        agent = staff.pick(hour, queue, rng, other_than=first.agent)
        offered = max(first.ended + rng.randint(1_000, 25_000), staff.free(agent))
        self._leg(call, agent, queue, offered, staff, rng)

    def _conclude(self, call: Call, day: date, wish: Wish, rng: Random) -> None:
        call.written = call.ended + rng.randint(20_000, 150_000)
        if call.outcome != "answered":
            return
        last = call.legs[-1]
        solved = rng.random() < last.agent.solves[last.queue]
        call.resolved = call.first_resolved = solved if rng.random() >= UNKNOWN_OUTCOME_SHARE else None
        later = day + timedelta(days=rng.randint(1, 3))
        if rng.random() < CORRECTED_SHARE and later <= self.last_day:
            # Most were left open and filled in later; some had been called solved too early.
            call.corrected_on, call.resolved = later, solved
            call.first_resolved = None if solved or rng.random() < 0.5 else True
        if not solved and rng.random() < CALL_AGAIN_SHARE:
            self.arrivals.will_call_again(wish, day, rng)
        if rng.random() < CSAT_SHARE:
            call.csat = min(5.0, max(1.0, round(rng.gauss(4.2 if solved else 2.3, 0.8) * 2) / 2))
        call.disposition = _disposition(call, rng)


def _drawn(median_s: float, sigma: float, low_s: float, high_s: float, rng: Random) -> int:
    """Return a log-normal duration in ms around a median, kept within limits."""
    return round(min(max(rng.lognormvariate(log(median_s), sigma), low_s), high_s) * 1000)


def _disposition(call: Call, rng: Random) -> str:
    if call.first_resolved is None:
        return "-"
    if call.first_resolved:
        return ("erledigt", "erledigt", "Auskunft erteilt")[rng.randrange(3)]
    return ("Rückruf vereinbart", "offen; Kunde meldet sich", "an Fachabteilung übergeben")[rng.randrange(3)]
