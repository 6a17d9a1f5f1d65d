"""What was planted, what came of it in the files (truth.json), and what is to be found of it (truth/planted.csv).

| agent | planted | how | to be found, given enough days |
|---|---|---|---|
| a02 | forgets_the_opening | greeting in 55 %, recording notice in 35 % of calls | coach: greeting, recording_notice |
| a04 | never_asks_anything_else | never asks whether anything is open | coach: anything_else |
| a06 | holds_long | three times as often and as long on hold | handle time above expectation |
| a07 | fast_but_sloppy | 60 % of the time, solves less, checks no identity | coach: identity_check, recap |
| a08 | few_calls_in_a_hard_queue | ordinary, but complaints only and few of them | no signal |
| a10 | strong | says nearly everything, solves more, quicker | praise |
| a11 | better_after_coaching | no empathy, no recap until coached halfway | better since: empathy, recap |

All others differ only by chance. With the default of a few days and a third of the calls transcribed, the first two are
far beyond chance; what a coaching changed needs some weeks: `--days 60`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flows.demo.centre import BEHAVIOURS, QUEUES, TIMEZONE, Agent
from flows.demo.truth import Truth

DEFINITIONS = {
    "usable": "All numbers are of usable rows: one in broken.csv counts nowhere, unless it was delivered again whole.",
    "newest": "Where a later file corrects a call, the newest version counts.",
    "handled_legs": "Legs of calls an agent took, by the local day on which the work after the talk ended; where the "
    "wrap-up is unknown, by the day the talk ended.",
    "legs_with_handle_time": "Of these, legs with talk, hold and wrap-up all known.",
    "handle_s": "Their talk, hold and wrap-up together, exact to the millisecond.",
    "missed_legs": "Rings that were not taken, by the local day they began.",
    "resolved, unresolved, unknown": "Answered calls, put to the agent of the last usable leg, by the local day the "
    "call ended. In the totals, calls without any usable leg are counted too.",
    "mail_legs": "E-mail threads an agent wrote in, by the local day of this agent's last mail.",
    "mail_threads": "Answered e-mail threads, put to the agent who joined last, by the local day of the last mail of "
    "any kind. They have no documented resolution.",
    "first_responses, first_response_s": "Threads with an answer, put to the first agent who answered, by the local "
    "day of the customer's first mail; seconds by the calendar.",
    "files": "What must become of each file's records in one night over the whole inbox.",
    "spoken": "1 said, 0 not said, empty: no occasion (nobody was put on hold). An agent who transfers the call says "
    "no recap, no question whether anything is open and no goodbye.",
}


# By what was planted: the questions concerned, and what is to be said of the agent.
EXPECTED = {
    "forgets_the_opening": ("greeting recording_notice", "coach"),
    "never_asks_anything_else": ("anything_else", "coach"),
    "holds_long": ("", "long handle time"),
    "fast_but_sloppy": ("identity_check recap", "coach"),
    "few_calls_in_a_hard_queue": ("", "no signal"),
    "strong": ("", "praise"),
    "better_after_coaching": ("empathy recap", "better since coaching"),
}


def expectations(people: list[Agent]) -> list[list[Any]]:
    """Return the rows of truth/planted.csv."""
    return [
        [agent.id, agent.planted, agent.coached_on or "", *EXPECTED[agent.planted]] for agent in people if agent.planted
    ]


def coachings(people: list[Agent]) -> list[dict[str, Any]]:
    """Return what the coach of a better agent entered: one talk about each of the two questions."""
    agreed = {
        "empathy": "Zuerst in einem Satz anerkennen, was den Kunden ärgert.",
        "recap": "Am Ende sagen, wer was bis wann tut.",
    }
    return [
        {
            "table": "coaching", "coaching_id": f"T-{agent.id}-{question}", "agent_id": agent.id,
            "coached_on": agent.coached_on, "question_id": question, "action": action, "coached_by": "lead1",
            "updated_at": f"{agent.coached_on}T15:00:00Z",
        }
        for agent in people if agent.coached_on for question, action in agreed.items()
    ]  # fmt: skip


def facts(people: list[Agent], truth: Truth, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the content of truth.json."""
    totals = dict(sorted(truth.totals.items()))
    handle_ms = totals.pop("handle_ms", 0)
    totals_out: dict[str, Any] = totals | {"handle_s": f"{handle_ms // 1000}.{handle_ms % 1000:03d}"}
    return {
        "parameters": parameters | {"timezone": TIMEZONE},
        "definitions": DEFINITIONS,
        "totals": totals_out,
        "planted": {
            "agents": [_agent(agent, truth) for agent in people],
            "solved_by_an_ordinary_agent": {queue.name: queue.solved for queue in QUEUES},
            "said_by_an_ordinary_agent": BEHAVIOURS,
        },
    }


def _agent(agent: Agent, truth: Truth) -> dict[str, Any]:
    said = truth.said.get(agent.id, {name: [0, 0] for name in BEHAVIOURS})
    after = truth.said_after.get(agent.id, {name: [0, 0] for name in BEHAVIOURS})
    moves: date | None = agent.moves_on
    return {
        "agent_id": agent.id,
        "name": agent.name,
        "team": agent.team,
        "planted": agent.planted,
        "moves": {"to": agent.moves_to, "on": moves} if moves else None,
        "handle_factor": agent.handle_factor,
        "hold_factor": agent.hold_factor,
        "solves": agent.solves,
        "coached_on": agent.coached_on,
        "says": _says(agent.habits, said),
        "says_since_coaching": _says(agent.habits | agent.learned, after) if agent.coached_on else None,
    }


def _says(shares: dict[str, float], said: dict[str, list[int]]) -> dict[str, dict[str, float]]:
    return {name: {"share": share, "said": said[name][0], "occasions": said[name][1]} for name, share in shares.items()}
