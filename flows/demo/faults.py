"""Rows that are broken on purpose: every kind, what it does to a row, and the rule that must name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from flows.demo.call import Call, Leg
from flows.demo.clock import HOUR_S, Clock
from flows.demo.lines import CALL_HEADER, ENCODING, csv_line, json_line

SHARE = 0.005
DUPLICATE_SHARE = 0.003
# Rule expected in ops.quarantine, by kind of fault, in the order they are dealt out.
RULES: dict[str, dict[str, str]] = {
    "calls": {
        "end_before_start": "ends_before_it_starts",
        "unknown_outcome": "unknown_value",
        "field_too_many": "field_count",
        "impossible_date": "bad_time",
        "undecodable_bytes": "bad_encoding",
    },
    "legs": {
        "missing_agent": "agent_id_required",
        "negative_talk": "talk_s_low",
        "cut_off": "bad_json",
        "end_before_start": "ends_before_it_starts",
        "text_for_a_number": "bad_duration",
    },
    "transcripts": {
        "cut_off": "bad_json",
        "unknown_speaker": "unknown_value",
        "turn_ends_early": "ends_before_it_starts",
    },
    "mail": {"no_sender": "missing_from"},
    "states": {
        "unknown_state": "unknown_value",
        "end_before_start": "ends_before_it_starts",
        "cut_off": "bad_json",
    },
    "rota": {"unknown_activity": "unknown_value", "field_too_many": "field_count", "impossible_date": "bad_time"},
    "survey": {"text_for_a_number": "bad_number", "field_too_many": "field_count", "impossible_date": "bad_time"},
}
DST_GAP = ("time_in_the_dst_gap", "dst_gap")


@dataclass
class Dealer:
    """Deals faults out so that over the days every kind comes up and the share stays small."""

    owed: dict[str, float] = field(default_factory=dict)
    dealt: dict[str, int] = field(default_factory=dict)

    def kinds(self, source: str, rows: int) -> list[str]:
        """Return the kinds of faults for a file of so many rows."""
        known = list(RULES[source])
        first = self.dealt.get(source, 0)
        count = self._due(source, rows * SHARE)
        self.dealt[source] = first + count
        return [known[number % len(known)] for number in range(first, first + count)]

    def duplicates(self, source: str, rows: int) -> int:
        """Return how many rows of a file come twice."""
        return self._due(f"{source} twice", rows * DUPLICATE_SHARE)

    def _due(self, name: str, more: float) -> int:
        self.owed[name] = self.owed.get(name, 0.5) + more
        count = int(self.owed[name])
        self.owed[name] -= count
        return count


def dst_gap_line(fields: list[str], day: date, second: int) -> bytes:
    """Return a call's row whose begin the clock never showed."""
    wall = f"{second // HOUR_S:02d}:{second % HOUR_S // 60:02d}:00"
    return csv_line(_with(fields, Datum=f"{day:%d.%m.%Y}", Beginn=wall))


def call_line(kind: str, fields: list[str], call: Call, clock: Clock) -> bytes:
    """Return a call's row broken in one way."""
    if kind == "end_before_start":
        early = clock.local(call.started - 95_000)
        return csv_line(_with(fields, Enddatum=f"{early:%d.%m.%Y}", Ende=f"{early:%H:%M:%S}"))
    if kind == "unknown_outcome":
        return csv_line(_with(fields, Ergebnis="verschollen"))
    if kind == "field_too_many":
        return csv_line([*fields, "?"])
    if kind == "impossible_date":
        return csv_line(_with(fields, Datum=f"31.02.{fields[1][-4:]}"))
    return csv_line(_with(fields, Abschluss="???")).replace("???".encode(ENCODING), b"R\x81ckruf")


def leg_line(kind: str, record: dict[str, Any], leg: Leg, clock: Clock) -> bytes:
    """Return a leg's line broken in one way."""
    if kind == "missing_agent":
        return json_line(record | {"agent": None})
    if kind == "negative_talk":
        return json_line(record | {"talk_ms": -1 * leg.talk - 1000})
    if kind == "end_before_start":
        return json_line(record | {"ended": clock.local(leg.started - 60_000).isoformat(timespec="milliseconds")})
    if kind == "text_for_a_number":
        return json_line(record | {"talk_ms": "n/v"})
    return _cut(json_line(record))


def transcript_line(kind: str, record: dict[str, Any], rng: Random) -> bytes:
    """Return a transcript's line broken in one way."""
    if kind == "cut_off":
        return _cut(json_line(record))
    turns = [dict(turn) for turn in record["turns"]]
    at = rng.randrange(1, len(turns))
    turns[at] |= {"who": "Sprecher 3"} if kind == "unknown_speaker" else {"to": max(0.0, turns[at]["from"] - 1.5)}
    return json_line(record | {"turns": turns})


def state_line(kind: str, record: dict[str, Any]) -> bytes:
    """Return an interval of an agent broken in one way."""
    if kind == "unknown_state":
        return json_line(record | {"state": "AWAY?"})
    if kind == "end_before_start":
        return json_line(record | {"from": record["to"], "to": record["from"]})
    return _cut(json_line(record))


def row_line(kind: str, fields: list[str], when: int, what: int) -> bytes:
    """Return a row of the rota or of a survey broken in one way; `when` and `what` are the places it breaks at."""
    broken = list(fields)
    if kind == "field_too_many":
        return csv_line([*broken, "?"])
    broken[when if kind == "impossible_date" else what] = "31.02.2026 10:00" if kind == "impossible_date" else "n/v"
    return csv_line(broken)


def _cut(line: bytes) -> bytes:
    """Lose the second half of a line, as when a disk was full; never in the middle of a character."""
    return line[: len(line) // 2].decode("utf-8", "ignore").encode() + b"\n"


def _with(fields: list[str], **changed: str) -> list[str]:
    return [changed.get(name, value) for name, value in zip(CALL_HEADER, fields, strict=True)]
