"""The truth: what must be found in the files, counted while they are made and never read back from them.

Kept by day and written as the days pass, so that a year of a large centre needs no more memory than a day.
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flows.demo.call import Call, Leg
from flows.demo.centre import BEHAVIOURS
from flows.demo.clock import Clock
from flows.demo.mail import Mail, Thread
from flows.demo.outfile import Tally
from flows.demo.script import Part

COUNTS = (
    "handled_legs",
    "legs_with_handle_time",
    "handle_ms",
    "missed_legs",
    "resolved",
    "unresolved",
    "unknown",
    "mail_legs",
    "mail_threads",
    "first_responses",
    "first_response_s",
)
_SAID_ONLY_AT_THE_END = ("recap", "anything_else", "goodbye")
_HEADERS: dict[str, tuple[str, ...]] = {
    "agent_day": ("agent_id", "business_date", *(name.replace("handle_ms", "handle_s") for name in COUNTS)),
    "files": ("file", "status", "read", "loaded", "quarantined", "duplicate", "ignored"),
    "broken": ("file", "record_no", "kind", "rule", "call"),
    "spoken": ("call", "leg_no", "agent_id", "language", "turns", "transferred_out", "all_legs_known", *BEHAVIOURS),
    "activity_day": (
        "agent_id",
        "on_date",
        "logged_in_s",
        "available_s",
        "on_contact_s",
        "wrap_s",
        "pause_s",
        "scheduled_s",
        "conforming_s",
    ),
    "queue_day": (
        "queue",
        "on_date",
        "received",
        "answered",
        "abandoned",
        "timeout",
        "answered_within",
        "abandoned_within",
        "wait_s",
    ),
    "planted": ("agent_id", "planted", "since", "questions", "expected"),
    "surveys": ("survey_id", "about", "channel", "delivered_on", "question", "value", "answered"),
    "threads": (
        "message_id",
        "customer_id",
        "started_on",
        "ticket_id",
        "messages",
        "first_asked_at",
        "first_replied_at",
        "first_response_s",
        "first_reply_agent_id",
    ),
}


@dataclass
class Truth:
    """Counts and writes; a context manager because it keeps the CSV files open."""

    folder: Path
    clock: Clock
    totals: Counter[str] = field(default_factory=Counter)
    said: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    said_after: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    _days: dict[tuple[date, str], Counter[str]] = field(default_factory=dict)
    _files: ExitStack = field(default_factory=ExitStack)
    _writers: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Open the files with their headers."""
        self.folder.mkdir()
        for name, header in _HEADERS.items():
            path = self.folder / f"{name}.csv"
            handle = self._files.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._writers[name] = csv.writer(handle, lineterminator="\n")
            self._writers[name].writerow(header)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left and close the files."""
        self.close_days(date.max)
        self._files.close()

    def call(self, call: Call, known: bool, lost_legs: set[int]) -> None:
        """Count one call: whether its row is usable, and which of its legs' rows are not."""
        handled = [leg for leg in call.handled_legs if leg.no not in lost_legs]
        for leg in call.legs:
            if leg.no not in lost_legs:
                self._leg(leg)
        if not known:
            return
        self._add(None, None, calls=1, **{f"calls_{call.outcome}": 1})
        if call.outcome != "answered":
            return
        what = "unknown" if call.resolved is None else "resolved" if call.resolved else "unresolved"
        # Put to the agent who last handled it, as far as the files tell.
        agent_id = handled[-1].agent.id if handled else None
        self._add(agent_id, self.clock.day(call.ended), **{what: 1})

    def _leg(self, leg: Leg) -> None:
        if not leg.handled:
            self._add(leg.agent.id, self.clock.day(leg.started), missed_legs=1)
            return
        on = self.clock.day(leg.completed if leg.wrap_known else leg.ended)
        known = leg.handle_ms
        self._add(leg.agent.id, on, handled_legs=1, legs_with_handle_time=int(known is not None), handle_ms=known or 0)

    def transcript(self, call: Call, parts: list[Part], lost_legs: set[int]) -> None:
        """Note what was said in every known leg of a usable transcript."""
        known = [part for part in parts if part.leg.no not in lost_legs]
        self._add(None, None, transcripts=1)
        for part in known:
            leg, out = part.leg, part.leg.transfer != "NONE"
            flags = ["" if said is None else int(said) for said in part.spoken.values()]
            row = [
                call.id,
                leg.no,
                leg.agent.id,
                call.language,
                len(part.lines),
                int(out),
                int(len(known) == len(parts)),
            ]
            self._writers["spoken"].writerow([*row, *flags])
            self._said(part, out, self.clock.day(call.started))

    def _said(self, part: Part, transferred_out: bool, day: date) -> None:
        counts = self.said.setdefault(part.leg.agent.id, {name: [0, 0] for name in BEHAVIOURS})
        if part.leg.agent.coached_on and day >= part.leg.agent.coached_on:
            counts = self.said_after.setdefault(part.leg.agent.id, {name: [0, 0] for name in BEHAVIOURS})
        for name, said in part.spoken.items():
            if said is not None and not (transferred_out and name in _SAID_ONLY_AT_THE_END):
                counts[name][0] += said
                counts[name][1] += 1

    def thread(self, thread: Thread) -> None:
        """Count one e-mail thread."""
        ask = thread.mails[0]
        answers = [mail for mail in thread.mails if mail.kind == "answer"]
        first = answers[0] if answers else None
        started_on = self.clock.day(ask.sent)
        self._add(None, None, mails=len(thread.mails), threads=1)
        row: list[Any] = [ask.message_id, thread.customer, started_on, thread.ticket or "", len(thread.mails)]
        row += [_utc(ask.sent), "", "", ""]
        if first and first.agent:
            took_s = (first.sent - ask.sent) // 1000
            row[-3:] = [_utc(first.sent), took_s, first.agent.id]
            self._add(first.agent.id, started_on, first_responses=1, first_response_s=took_s)
        self._writers["threads"].writerow(row)
        self._answered(answers, thread.mails[-1])

    def _answered(self, answers: list[Mail], last: Mail) -> None:
        """A thread is a leg of every agent who answered, and is put to the one who joined last."""
        joined = list(dict.fromkeys(mail.agent.id for mail in answers if mail.agent))
        for agent_id in joined:
            sent = max(mail.sent for mail in answers if mail.agent and mail.agent.id == agent_id)
            self._add(agent_id, self.clock.day(sent), mail_legs=1)
        if joined:
            self._add(joined[-1], self.clock.day(last.sent), mail_threads=1)

    def write(self, name: str, row: list[Any]) -> None:
        """Write a row of truth/<name>.csv."""
        self._writers[name].writerow(row)

    def broken(self, file: str, record_no: int, kind: str, rule: str, call: str = "") -> None:
        """Note a row broken on purpose."""
        self._writers["broken"].writerow([file, record_no, kind, rule, call])

    def file(self, tally: Tally) -> None:
        """Note what must become of a file."""
        counts = [tally.read, tally.loaded, tally.quarantined, tally.duplicate, tally.ignored]
        shown = counts if tally.status == "loaded" else [""] * len(counts)
        self._writers["files"].writerow([tally.file, tally.status, *shown])
        if tally.status == "loaded":
            names = ("read", "loaded", "quarantined", "duplicate", "ignored")
            self.totals.update({f"records_{name}": count for name, count in zip(names, counts, strict=True)})
        self.totals[f"files_{tally.status}"] += 1

    def close_days(self, until: date) -> None:
        """Write all days up to this one: nothing that begins later can belong to them."""
        done = sorted(key for key in self._days if key[0] <= until)
        for day, agent_id in done:
            counts = self._days.pop((day, agent_id))
            values = [_seconds(counts[name]) if name == "handle_ms" else counts[name] for name in COUNTS]
            self._writers["agent_day"].writerow([agent_id, day.isoformat(), *values])

    def _add(self, agent_id: str | None, day: date | None, **counts: int) -> None:
        self.totals.update(counts)
        if agent_id is not None and day is not None:
            self._days.setdefault((day, agent_id), Counter()).update(counts)


def _seconds(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03d}"


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat()
