"""Which legs people are to evaluate: the riskiest ones and a random part of all others, with exact probabilities.

Of a group (the legs of one agent in a period, or of all agents) first the `risk` legs with the most urgent reasons are
taken; where more are equally urgent than there are places, lots decide. Of all others `n` are drawn at random, spread
over the strata queue x channel in proportion to their size: the legs stand in the order of their strata, shuffled
within each, and every (N/n)-th is taken from a random begin on. So each of them has the same probability n/N, and a
stratum gets its share rounded up or down.

A leg's inclusion probability is q + (1 - q) * n/N: q is 1 for the more urgent, places/equals where lots decide, and 0
for the rest. Sums and means over the drawn legs with weights 1/probability have no bias (Horvitz-Thompson, Hajek).

Lots are SHA-256 of seed and leg: the same on every machine and in every version, and a new agent changes nobody
else's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from duckdb import DuckDBPyConnection

REASONS = ("fatal", "low_score", "unknown_critical", "repeat_contact", "very_long")
"""Why a leg is a risk, the most urgent first."""
_LOTS = 1 << 64


@dataclass(frozen=True)
class Leg:
    """A handled leg that may be drawn. `reasons`: those of REASONS that hold for it."""

    leg_id: str
    interaction_id: str
    agent_id: str
    queue: str | None
    channel: str | None
    language: str | None
    contact_on: date
    reasons: tuple[str, ...] = ()

    @property
    def urgency(self) -> int:
        """Return a number that is larger for more urgent reasons: a fatal failure outweighs all others together."""
        return sum(1 << (len(REASONS) - 1 - REASONS.index(reason)) for reason in self.reasons)

    @property
    def stratum(self) -> tuple[str, str]:
        """Return queue and channel; unknown ones are a stratum too."""
        return self.queue or "", self.channel or ""


@dataclass(frozen=True)
class Draw:
    """A drawn leg. `population_n`, `risk_n` and `random_n` are those of its group."""

    leg: Leg
    drawn_as: str
    probability: float
    population_n: int
    risk_n: int
    random_n: int


@dataclass
class _Part:
    """Legs taken, and the probability each leg of the group had to be taken so."""

    taken: list[Leg]
    chance: dict[str, float] = field(default_factory=dict)


def plan(legs: Iterable[Leg], n: int, risk: int, seed: str, *, per_agent: bool = True) -> list[Draw]:
    """Draw from every agent's legs, or from all at once. Returns the draws in an order that tells nothing about them.

    A group with fewer legs than wanted is taken whole, each with probability 1.
    """
    ordered = sorted(legs, key=lambda leg: (leg.agent_id if per_agent else "", leg.leg_id))
    groups = groupby(ordered, key=lambda leg: leg.agent_id if per_agent else "")
    draws = [one for name, group in groups for one in draw(list(group), n, risk, f"{seed}|{name}")]
    return sorted(draws, key=lambda one: (one.leg.agent_id if per_agent else "", lot(seed, "order", one.leg.leg_id)))


def draw(legs: list[Leg], n: int, risk: int, seed: str) -> list[Draw]:
    """Draw from one group. `seed` names the group too, so that groups are drawn independently."""
    risky = _riskiest(legs, risk, seed)
    taken = {leg.leg_id for leg in risky.taken}
    rest = [leg for leg in legs if leg.leg_id not in taken]
    others = _at_random(rest, n, seed)
    share = len(others) / len(rest) if rest else 0.0
    sizes = (len(legs), len(risky.taken), len(others))

    def probability(leg: Leg) -> float:
        certain = risky.chance.get(leg.leg_id, 0.0)
        return certain + (1 - certain) * share

    return [Draw(leg, "risk", probability(leg), *sizes) for leg in risky.taken] + [
        Draw(leg, "random", probability(leg), *sizes) for leg in others
    ]


def lot(seed: str, what: str, leg_id: str = "") -> int:
    """Return a number from 0 to 2**64 - 1 that nothing but the three texts decides."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{what}|{leg_id}".encode()).digest()[:8], "big")


def _riskiest(legs: list[Leg], places: int, seed: str) -> _Part:
    """Take the most urgent legs; among the equally urgent ones that are too many, lots decide."""
    out = _Part([])
    risky = sorted((leg for leg in legs if leg.reasons), key=lambda leg: (-leg.urgency, lot(seed, "risk", leg.leg_id)))
    for _, equals in groupby(risky, key=lambda leg: leg.urgency):
        group = list(equals)
        free = min(places - len(out.taken), len(group))
        if free <= 0:
            break
        out.taken += group[:free]
        out.chance |= {leg.leg_id: free / len(group) for leg in group}
    return out


def _at_random(legs: list[Leg], n: int, seed: str) -> list[Leg]:
    """Take n legs, each with the same probability, spread over the strata: systematic sampling from shuffled strata."""
    if n >= len(legs):
        return legs
    ordered = sorted(legs, key=lambda leg: (*leg.stratum, lot(seed, "shuffle", leg.leg_id)))
    begin = lot(seed, "begin")  # in whole numbers, so that nothing is lost to rounding
    return [ordered[(begin + place * _LOTS) * len(ordered) // (n * _LOTS)] for place in range(n)]


# Everything a period holds, with the reasons. A leg without words has no unknown question worth a person's ear by
# itself: only where the words are there and a critical question is still open.
POPULATION = """
WITH critical AS (
    SELECT DISTINCT policy_id, policy_version, (q ->> 'id') AS question_id
    FROM (
        SELECT policy_id, policy_version, unnest((content -> '$.sections[*].questions[*]')) AS q FROM qa.policy
    )
    WHERE (q ->> 'critical') IS NOT NULL OR (q ->> 'fatal') IS NOT NULL
),
judged AS (
    SELECT leg_id, bool_or(fatal) AS is_fatal, bool_or(NOT passed) AS is_low
    FROM qa.score WHERE policy_id = coalesce($policy, policy_id) GROUP BY leg_id
),
open AS (
    SELECT DISTINCT a.leg_id
    FROM qa.answer AS a JOIN critical USING (policy_id, policy_version, question_id)
    WHERE a.outcome = 'unknown' AND a.policy_id = coalesce($policy, a.policy_id)
),
handled AS (
    SELECT c.leg_id, c.queue, c.channel, m.value FROM core.leg_context AS c
    JOIN metric.handle_s AS m ON m.entity_id = c.leg_id WHERE m.state = 'counted'
),
usual AS (
    SELECT queue, channel, quantile_cont(value::DOUBLE, 0.95) AS p95 FROM handled
    GROUP BY queue, channel HAVING count(*) >= 20
),
long AS (
    SELECT h.leg_id FROM handled AS h JOIN usual AS u
    ON h.queue IS NOT DISTINCT FROM u.queue AND h.channel IS NOT DISTINCT FROM u.channel WHERE h.value > u.p95
)
SELECT
    c.leg_id, c.interaction_id, c.agent_id, c.queue, c.channel, c.language, c.contact_on,
    coalesce(j.is_fatal, false) AS fatal,
    coalesce(j.is_low, false) AS low_score,
    c.text_state = 'text' AND o.leg_id IS NOT NULL AS unknown_critical,
    coalesce(r.previous_before_s <= 7 * 86400, false) AS repeat_contact,
    l.leg_id IS NOT NULL AS very_long
FROM core.leg_context AS c
LEFT JOIN judged AS j USING (leg_id)
LEFT JOIN open AS o USING (leg_id)
LEFT JOIN long AS l USING (leg_id)
LEFT JOIN core.repeat_contact AS r USING (interaction_id)
WHERE c.contact_on BETWEEN $start AND $end AND c.agent_id IS NOT NULL
    AND ($policy IS NULL OR j.leg_id IS NOT NULL)
ORDER BY c.leg_id
"""


def population(connection: DuckDBPyConnection, start: date, end: date, policy: str | None = None) -> list[Leg]:
    """Return the handled legs whose contact fell on these local dates, both included, with their risk reasons.

    With a policy only the legs it scores, and only its scores tell a risk.
    """
    result = connection.execute(POPULATION, {"start": start, "end": end, "policy": policy})
    names = [column[0] for column in result.description or []]
    out = []
    for row in result.fetchall():
        values = dict(zip(names, row, strict=True))
        reasons = tuple(reason for reason in REASONS if values.pop(reason))
        out.append(Leg(**values, reasons=reasons))
    return out
