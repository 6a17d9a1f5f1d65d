"""Calls, legs and the roster as the lines of the files that real systems export."""

from __future__ import annotations

from typing import Any

import orjson

from flows.demo.call import Call, Leg
from flows.demo.centre import Agent
from flows.demo.clock import Clock
from flows.demo.shifts import Planned, State

ENCODING = "cp1252"
CALL_HEADER = (
    "Vorgang",
    "Datum",
    "Beginn",
    "Annahmedatum",
    "Annahme",
    "Enddatum",
    "Ende",
    "Warteschlange",
    "Rufnummer",
    "Sprache",
    "Anliegen",
    "Ergebnis",
    "Gelöst",
    "Zufriedenheit",
    "Wartezeit",
    "Abschluss",
    "Leitung",
    "Änderungsdatum",
    "Änderungszeit",
)
AGENT_HEADER = ("Kürzel", "Vorname", "Team", "Standort", "Rolle", "Eintritt", "Gültig ab", "Gültig bis")
ROTA_HEADER = ("Kürzel", "Von", "Bis", "Tätigkeit")
ACTIVITIES = {"work": "Dienst", "break": "Pause", "meeting": "Besprechung"}
STATES = {"login": "LOGIN", "available": "AVAILABLE", "contact": "ON_CONTACT", "wrap": "WRAP_UP", "pause": "PAUSE"}
OUTCOMES = {"answered": "angenommen", "abandoned": "aufgelegt", "timeout": "Überlauf"}
LANGUAGES = {"de": "Deutsch", "en": "Englisch"}
SITE = "Berlin"


def call_fields(call: Call, clock: Clock, resolved: bool | None, disposition: str, changed: int) -> list[str]:
    """Return the fields of one version of a call's row; `changed` (UTC ms) is when it was last changed."""
    waited_until = call.ended if call.answered is None else call.answered
    return [
        call.id,
        *_local(call.started, clock),
        *(("", "") if call.answered is None else _local(call.answered, clock)),
        *_local(call.ended, clock),
        call.queue,
        call.customer,
        LANGUAGES[call.language],
        call.topic,
        OUTCOMES[call.outcome],
        "" if resolved is None else "Ja" if resolved else "Nein",
        "" if call.csat is None else f"{call.csat:.1f}".replace(".", ","),
        clock_time(waited_until // 1000 - call.started // 1000),
        disposition,
        f"SIP-{int(call.id[-5:]) % 30 + 1:02d}",
        *_local(changed, clock),
    ]


def agent_rows(agents: list[Agent]) -> list[list[str]]:
    """Return the rows of the roster: one for each agent and time in a team."""
    rows = []
    for agent in agents:
        own = [agent.id, agent.name, agent.team, SITE, agent.role, agent.hired_on.isoformat()]
        if agent.moves_on is None:
            rows.append([*own, agent.hired_on.isoformat(), ""])
            continue
        last_day = agent.moves_on.fromordinal(agent.moves_on.toordinal() - 1)
        rows.append([*own, agent.hired_on.isoformat(), last_day.isoformat()])
        own[2] = str(agent.moves_to)
        rows.append([*own, agent.moves_on.isoformat(), ""])
    return rows


def csv_line(fields: list[str] | tuple[str, ...]) -> bytes:
    """Return one line as a German office program writes it: semicolons, quotes only where needed, CRLF."""
    quoted = (f'"{field}"' if ";" in field else field for field in fields)
    return (";".join(quoted) + "\r\n").encode(ENCODING)


def clock_time(seconds: int) -> str:
    """Return m:ss, from an hour on h:mm:ss."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}:{second:02d}" if hour else f"{minute:02d}:{second:02d}"


def leg_record(leg: Leg, call: Call, clock: Clock) -> dict[str, Any]:
    """Return one leg as the telephone system's event log has it: ISO times with offset, durations in ms."""
    took = leg.handled
    return {
        "call": call.id,
        "leg": leg.no,
        "agent": leg.agent.id,
        "queue": leg.queue,
        "result": "HANDLED" if took else "RING_NO_ANSWER",
        "offered": _iso(leg.started, clock),
        "answered": _iso(leg.answered, clock) if leg.answered is not None else None,
        "ended": _iso(leg.ended, clock),
        "completed": _iso(leg.completed, clock) if took and leg.wrap_known else None,
        "ring_ms": leg.ring,
        "talk_ms": leg.talk if took else None,
        "hold_ms": leg.hold if took and leg.hold_known else None,
        "wrap_ms": leg.wrap if took and leg.wrap_known else None,
        "transfer": leg.transfer if took else None,
        "transfer_to": leg.transfer_to,
        "hangup_by": leg.hangup_by,
    }


def state_record(state: State, clock: Clock) -> dict[str, Any]:
    """Return one interval of an agent as the telephone system's log has it."""
    return {
        "agent": state.agent.id,
        "state": STATES[state.state],
        "reason": state.reason,
        "from": _iso(state.started, clock),
        "to": _iso(state.ended, clock),
    }


def rota_fields(planned: Planned, clock: Clock) -> list[str]:
    """Return one stretch of the rota, to the minute of the wall clock."""
    times = (f"{clock.local(ms):%d.%m.%Y %H:%M}" for ms in (planned.starts, planned.ends))
    return [planned.agent.id, *times, ACTIVITIES[planned.activity]]


def json_line(record: dict[str, Any]) -> bytes:
    """Return one line of JSON."""
    return orjson.dumps(record) + b"\n"


def _local(ms: int, clock: Clock) -> tuple[str, str]:
    wall = clock.local(ms)
    return f"{wall.day:02d}.{wall.month:02d}.{wall.year}", f"{wall.hour:02d}:{wall.minute:02d}:{wall.second:02d}"


def _iso(ms: int, clock: Clock) -> str:
    return clock.local(ms).isoformat(timespec="milliseconds")
