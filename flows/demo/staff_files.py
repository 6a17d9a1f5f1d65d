"""The files about a day that are not its contacts: the rota, the agents' states, the surveys.

Rows broken on purpose are copies: the row itself is there as well, so the truth does not depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from flows.demo import faults
from flows.demo.activity import ActivityTruth
from flows.demo.call import Call
from flows.demo.clock import Clock
from flows.demo.lines import ROTA_HEADER, csv_line, json_line, rota_fields, state_record
from flows.demo.mail import Thread
from flows.demo.outfile import OutFile
from flows.demo.shifts import Planned, State
from flows.demo.surveys import HEADERS, QUESTIONS, Survey, after_call, after_thread
from flows.demo.truth import Truth

FILES = {"phone": "survey_calls", "email": "survey_mails"}


@dataclass
class StaffWriter:
    """Writes day after day. `due` holds answers to surveys that come in a later day's file."""

    inbox: Path
    clock: Clock
    truth: Truth
    activity: ActivityTruth
    dealer: faults.Dealer = field(default_factory=faults.Dealer)
    due: dict[tuple[date, str], list[Survey]] = field(default_factory=dict)

    def rota(self, day: date, plan: list[Planned], rng: Random) -> None:
        """Write the day's rota."""
        rows = [rota_fields(planned, self.clock) for planned in plan]
        with OutFile(self.inbox / f"rota_{day}.csv", csv_line(ROTA_HEADER)) as out:
            for row in rows:
                out.good(csv_line(row))
            self._broken(out, "rota", [(faults.row_line, (row, 1, 3)) for row in rows], rng)
        self.truth.file(out.tally)
        for planned in plan:
            self.activity.planned(planned)

    def states(self, day: date, states: list[State], rng: Random) -> None:
        """Write what agents did, in the order in which it ended."""
        logged = [one for one in states if one.ended > one.started]
        logged.sort(key=lambda one: (one.ended, one.agent.index, one.state, one.started))
        records = [state_record(one, self.clock) for one in logged]
        with OutFile(self.inbox / f"acd_states_{day}.jsonl") as out:
            for record in records:
                out.good(json_line(record))
            self._broken(out, "states", [(faults.state_line, (record,)) for record in records], rng)
            for record in rng.sample(records, min(self.dealer.duplicates("states", len(records)), len(records))):
                out.repeated(json_line(record))
        self.truth.file(out.tally)
        for one in logged:
            self.activity.did(one)

    def surveys(self, day: date, calls: list[Call], threads: list[Thread], rng: Random) -> None:
        """Write the surveys sent about the day's contacts without an answer, and the answers that came in."""
        sent = [after_call(call, self.clock, rng) for call in calls]
        sent += [after_thread(thread, self.clock, rng) for thread in threads]
        for one in sent:
            if one is not None:
                self.due.setdefault((one.delivered, one.way), []).append(one)
        for way, name in FILES.items():
            today = sorted(self.due.pop((day, way), []), key=lambda one: (one.submitted or 0, one.id))
            if today:
                self._surveys(self.inbox / f"{name}_{day}.csv", way, today, rng)

    def _surveys(self, path: Path, way: str, today: list[Survey], rng: Random) -> None:
        rows = [one.fields(self.clock) for one in today]
        with OutFile(path, csv_line(HEADERS[way])) as out:
            for row in rows:
                out.good(csv_line(row))
            self._broken(out, "survey", [(faults.row_line, (row, 3, 4)) for row in rows], rng)
        self.truth.file(out.tally)
        for one in today:
            for question, answer in zip(QUESTIONS[way], one.answers, strict=True):
                said = "" if answer is None else answer
                answered = int(answer is not None or (question == "csat" and one.comment != ""))
                self.truth.write("surveys", [one.id, one.about, way, one.delivered, question, said, answered])

    def _broken(self, out: OutFile, source: str, copies: list[tuple[Any, tuple[Any, ...]]], rng: Random) -> None:
        kinds = self.dealer.kinds(source, len(copies))
        for kind, (break_it, given) in zip(kinds, rng.sample(copies, min(len(kinds), len(copies))), strict=False):
            record_no = out.broken(break_it(kind, *given))
            self.truth.broken(out.path.name, record_no, kind, faults.RULES[source][kind])
