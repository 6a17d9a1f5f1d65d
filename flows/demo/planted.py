"""truth.json: what was planted, what came of it in the files, and what the numbers of the truth mean."""

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
        "says": {
            name: {"share": share, "said": said[name][0], "occasions": said[name][1]}
            for name, share in agent.habits.items()
        },
    }
