"""When customers call: how many a day, at which hours, and who calls again because the matter is still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from flows.demo.centre import QUEUES
from flows.demo.clock import HOUR_S, Clock
from flows.demo.customers import Customers

# Mean 1 over a week, Monday first; and calls by hour of the day.
WEEKDAY = (1.25, 1.10, 1.05, 1.05, 1.05, 0.80, 0.70)
HOURS = (4, 3, 2, 2, 3, 6, 16, 38, 74, 100, 104, 92, 70, 72, 82, 86, 84, 80, 66, 50, 38, 26, 14, 7)
LAST_HOUR_OF_LAST_DAY = 21
NIGHT_OF_THE_CHANGE = (4200, 5400, 6300, 7080, 11400, 12300)
BEFORE_MIDNIGHT_S = 24 * HOUR_S - 100
_CUMULATIVE = list(accumulate(HOURS))
_SHARES = list(accumulate(queue.share for queue in QUEUES))


@dataclass(frozen=True)
class Wish:
    """A customer's reason to call."""

    queue: str
    language: str
    topic: str
    customer: str


@dataclass
class Arrivals:
    """Draws the calls of one day after another; keeps who will call again on which later day."""

    clock: Clock
    customers: Customers
    per_day: int
    last_day: date
    again: dict[date, list[Wish]] = field(default_factory=dict)

    def times(self, day: date, rng: Random) -> list[int]:
        """Return the UTC milliseconds of the day's calls in order; the wall clock showed every one of them once."""
        count = max(1, round(self.per_day * WEEKDAY[day.weekday()]))
        seconds = self._planted(day, count)
        change = self.clock.change_hours(day)
        latest = LAST_HOUR_OF_LAST_DAY if day == self.last_day else 23
        while len(seconds) < count:
            second = rng.choices(range(latest + 1), cum_weights=_CUMULATIVE[: latest + 1])[0] * HOUR_S
            second += rng.randrange(HOUR_S)
            # Not in a skipped hour; nor in a doubled one, where a local time does not say which of the two it is.
            if change == 0 or not HOUR_S <= second < 4 * HOUR_S:
                seconds.append(second)
        return sorted(self.clock.at(day, second) for second in seconds)

    def _planted(self, day: date, count: int) -> list[int]:
        """Return calls around an hour that clocks skip, and one that lasts over midnight."""
        night = [*NIGHT_OF_THE_CHANGE] if self.clock.change_hours(day) > 0 else []
        late = [BEFORE_MIDNIGHT_S] if day < self.last_day and count >= 10 else []
        return (night + late)[:count]

    def wish(self, day: date, rng: Random) -> Wish:
        """Return the next customer: somebody whose matter is still open first, else anybody."""
        waiting = self.again.get(day)
        if waiting and rng.random() < 0.5:
            return waiting.pop()
        at = rng.random() * _SHARES[-1]
        queue = next(queue for queue, share in zip(QUEUES, _SHARES, strict=True) if at < share)
        language = "de" if rng.random() < queue.german else "en"
        topic = queue.topics[rng.randrange(len(queue.topics))]
        return Wish(queue.name, language, topic, self.customers.phone(language, rng))

    def will_call_again(self, wish: Wish, day: date, rng: Random) -> None:
        """Note that the customer calls about the same matter one to three days later."""
        later = day + timedelta(days=rng.randint(1, 3))
        if later <= self.last_day:
            self.again.setdefault(later, []).append(wish)

    def forget(self, day: date) -> None:
        """Drop what is left over of a day that is done."""
        self.again.pop(day, None)
