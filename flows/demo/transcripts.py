"""Transcripts of calls: the lines of every part, laid out over the time that was really talked."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from flows.demo import phrases_de, phrases_en
from flows.demo.call import Call
from flows.demo.clock import Clock
from flows.demo.script import AGENT, Part, Writer

SHARE = 0.35
SHORTEST_MS = 30_000
BANKS = {"de": phrases_de.BANK, "en": phrases_en.BANK}
_SPEAKERS = {"de": ("Agent", "Kunde"), "en": ("Agent", "Customer")}
_MS_PER_CHARACTER, _MS_PER_TURN = 62, 350
_SLOWEST = 1.35


@dataclass
class Transcript:
    """One call's words: its record as the recording system writes it, and its parts."""

    call: Call
    parts: list[Part]
    record: dict[str, Any]


def transcribe(call: Call, clock: Clock, rng: Random) -> Transcript | None:
    """Return the transcript of a call; None for most calls, and for those too short or not answered."""
    legs = call.handled_legs
    if not legs or rng.random() >= SHARE or min(leg.talk for leg in legs) < SHORTEST_MS:
        return None
    begin = clock.local(call.started)
    writer = Writer(call, BANKS[call.language], begin.hour, begin.date(), rng)
    parts = [writer.part(leg) for leg in legs]
    turns = [turn for part in parts for turn in _turns(part, call, len(parts) > 1, rng)]
    return Transcript(call, parts, {"call": call.id, "lang": call.language, "turns": turns})


def _turns(part: Part, call: Call, is_transferred: bool, rng: Random) -> list[dict[str, Any]]:
    """Lay the lines over the leg's talk, with the hold where it was; seconds count from the start of the call."""
    leg, lines = part.leg, part.lines
    spoken = [len(line.text) * _MS_PER_CHARACTER + _MS_PER_TURN for line in lines]
    pace = min(_SLOWEST, 0.97 * leg.talk / sum(spoken))
    weights = [rng.uniform(0.2, 1.8) for _ in lines]
    silence = (leg.talk - pace * sum(spoken)) / sum(weights)
    at = float((leg.answered or leg.started) - call.started)
    agent, customer = _SPEAKERS[call.language]
    out = []
    for line, length, weight in zip(lines, spoken, weights, strict=True):
        at += leg.hold if line.after_hold else 0
        ends = at + pace * length
        turn: dict[str, Any] = {"who": agent if line.speaker == AGENT else customer}
        if is_transferred and line.speaker == AGENT:
            turn["agent"] = leg.agent.id
        out.append(turn | {"from": _seconds(at), "to": _seconds(ends), "text": line.text})
        at = ends + silence * weight
    return out


def _seconds(ms: float) -> float:
    return round(ms / 1000, 2)
