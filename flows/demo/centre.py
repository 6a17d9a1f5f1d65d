"""The invented centre: its queues and its agents, and what is known of each because it was made so."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from schemas.errors import UsageError

COMPANY = "Musterversand"
TIMEZONE = "Europe/Berlin"
MIN_AGENTS = 10
TEAM_SIZE = 25
MOVES_FROM = 12
# What an agent is expected to say, and how often an ordinary agent does.
BEHAVIOURS: dict[str, float] = {
    "greeting": 0.96,
    "own_name": 0.95,
    "recording_notice": 0.93,
    "identity_check": 0.92,
    "empathy": 0.80,
    "hold_permission": 0.85,
    "recap": 0.70,
    "anything_else": 0.86,
    "goodbye": 0.95,
}
# fmt: off
FIRST_NAMES = (
    "Mia", "Jonas", "Lea", "Emre", "Paula", "Finn", "Nora", "Tarek", "Ida", "Luca", "Sofie", "Malik", "Greta",
    "Noah", "Aylin", "Erik", "Klara", "Samir", "Frieda", "Oskar", "Leyla", "Anton", "Marta", "Deniz", "Hannah",
    "Theo", "Jule", "Amir", "Lotte", "Milan", "Zoe", "Karl", "Elif", "Henri", "Ronja", "Ivo", "Selma", "Bruno",
    "Alma", "Jannis",
)
# fmt: on
TEAM_NAMES = ("Nord", "Süd", "Ost", "West")


@dataclass(frozen=True)
class Queue:
    """One queue: its share of calls, the share of German ones, and how an ordinary agent fares in it."""

    name: str
    share: float
    german: float
    talk_s: float
    hold_share: float
    solved: float
    topics: tuple[str, ...]
    department: dict[str, str]
    answer_within_s: int = 20


QUEUES = (
    Queue(
        "hotline_de",
        0.42,
        1.0,
        135,
        0.22,
        0.80,
        ("lieferung", "rueckgabe", "konto", "technik"),
        {"de": "die Kundenbetreuung", "en": "customer care"},
    ),
    Queue(
        "hotline_en",
        0.18,
        0.0,
        140,
        0.22,
        0.78,
        ("lieferung", "rueckgabe", "konto", "technik"),
        {"de": "die englische Hotline", "en": "the English hotline"},
    ),
    Queue(
        "billing",
        0.25,
        0.75,
        160,
        0.35,
        0.72,
        ("rechnung", "konto"),
        {"de": "die Buchhaltung", "en": "our accounting team"},
        30,
    ),
    Queue(
        "complaints",
        0.15,
        0.80,
        215,
        0.40,
        0.52,
        ("beschwerde", "lieferung"),
        {"de": "das Beschwerdemanagement", "en": "our complaints team"},
        60,
    ),
)
QUEUE = {queue.name: queue for queue in QUEUES}


@dataclass(frozen=True)
class Agent:
    """One agent with the habits they were made with. `solves` is the probability of resolving, by queue of the leg."""

    index: int
    id: str
    name: str
    team: str
    role: str
    hired_on: date
    habits: dict[str, float]
    solves: dict[str, float]
    handle_factor: float = 1.0
    hold_factor: float = 1.0
    planted: str | None = None
    moves_to: str | None = None
    moves_on: date | None = None
    coached_on: date | None = None
    learned: dict[str, float] = field(default_factory=dict)

    def says(self, day: date) -> dict[str, float]:
        """Return how often the agent does what is expected on a day: a coaching changes it from its date on."""
        return self.habits | self.learned if self.coached_on and day >= self.coached_on else self.habits

    @property
    def is_unlucky(self) -> bool:
        """Whether only few calls of the hardest queue come to this agent."""
        return self.planted == "few_calls_in_a_hard_queue"


# By index: who differs from the others, and in what; flows/demo/planted.py says what is to be found of each.
PLANTED = {
    1: "forgets_the_opening",
    3: "never_asks_anything_else",
    5: "holds_long",
    6: "fast_but_sloppy",
    7: "few_calls_in_a_hard_queue",
    9: "strong",
    10: "better_after_coaching",
}


def hire(count: int, rng: Random, first_day: date, last_day: date) -> list[Agent]:
    """Return the agents. Raises UsageError when two teams of five cannot be made."""
    if count < MIN_AGENTS:
        raise UsageError(
            "too few agents",
            found=count,
            expected=f"at least {MIN_AGENTS}",
            fix="Team figures need two teams of five.",
        )
    teams = max(2, count // TEAM_SIZE)
    return [_agent(index, count, teams, rng, first_day, last_day) for index in range(count)]


def _agent(index: int, count: int, teams: int, rng: Random, first_day: date, last_day: date) -> Agent:
    planted = PLANTED.get(index)
    factor, effect = round(math.exp(rng.gauss(0, 0.13)), 2), rng.gauss(0, 0.25)
    if planted == "few_calls_in_a_hard_queue":
        factor, effect = 1.0, 0.0
    if planted == "strong":
        factor, effect = 0.85, 0.9
    if planted == "fast_but_sloppy":
        factor, effect = 0.6, -1.0
    moves = count >= MOVES_FROM and index == MOVES_FROM - 1 and first_day < last_day
    return Agent(
        index=index,
        id=f"a{index + 1:02d}",
        name=FIRST_NAMES[index % len(FIRST_NAMES)],
        team=team_name(index % teams),
        role="senior" if index % 6 == 4 else "agent",
        hired_on=first_day - timedelta(days=rng.randint(40, 2400)),
        habits=_habits(planted, rng),
        solves={queue.name: _shifted(queue.solved, effect) for queue in QUEUES},
        handle_factor=factor,
        hold_factor=3.0 if planted == "holds_long" else 1.0,
        planted=planted,
        moves_to=team_name((index + 1) % teams) if moves else None,
        moves_on=last_day if moves else None,
        coached_on=first_day + (last_day - first_day + timedelta(days=1)) // 2
        if planted == "better_after_coaching"
        else None,
        learned={"empathy": 0.95, "recap": 0.95} if planted == "better_after_coaching" else {},
    )


def team_name(number: int) -> str:
    """Return Nord, Süd, Ost, West, then Nord 2 and so on."""
    lap, at = divmod(number, len(TEAM_NAMES))
    return TEAM_NAMES[at] if lap == 0 else f"{TEAM_NAMES[at]} {lap + 1}"


def _habits(planted: str | None, rng: Random) -> dict[str, float]:
    habits = {name: round(min(0.99, share + rng.uniform(-0.04, 0.04)), 2) for name, share in BEHAVIOURS.items()}
    if planted == "strong":
        habits = dict.fromkeys(BEHAVIOURS, 0.99)
    if planted == "forgets_the_opening":
        habits |= {"greeting": 0.55, "recording_notice": 0.35}
    if planted == "fast_but_sloppy":
        habits |= {"identity_check": 0.45, "recap": 0.20}
    if planted == "better_after_coaching":
        habits |= {"empathy": 0.30, "recap": 0.20}
    if planted == "never_asks_anything_else":
        habits["anything_else"] = 0.0
    return habits


def _shifted(probability: float, effect: float) -> float:
    odds = math.log(probability / (1 - probability)) + effect
    return round(1 / (1 + math.exp(-odds)), 3)
