"""Make a whole workspace with the files of several days, day by day, and the truth beside it.

    callqa.toml  mappings/  policies/  inbox/  as in any workspace
    truth/truth.json       totals, what was planted, what the numbers mean
    truth/agent_day.csv    per agent and local day: legs, exact handle time, resolution, first responses
    truth/files.csv        per file: what must become of its records
    truth/broken.csv       every row broken on purpose, with the rule that must name it
    truth/spoken.csv       per leg with a transcript: what the agent said
    truth/threads.csv      per e-mail thread: when it was asked and answered
    truth/activity_day.csv per agent and local day: logged in, available, on contact, paused, planned, conforming
    truth/queue_day.csv    per queue and local day: calls answered and abandoned, how many of each within its T
    truth/planted.csv      per agent who differs: in what, since when, and what is to be said of them
    truth/surveys.csv      per question asked: the answer, if there was one

The same arguments give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import orjson

from flows.demo.activity import ActivityTruth
from flows.demo.arrivals import Arrivals
from flows.demo.calls import CallCentre
from flows.demo.centre import TIMEZONE, Agent, hire
from flows.demo.clock import Clock
from flows.demo.customers import Customers
from flows.demo.day import DayWriter
from flows.demo.lines import AGENT_HEADER, agent_rows, csv_line
from flows.demo.mail import Mailroom
from flows.demo.outfile import OutFile
from flows.demo.planted import coachings, expectations, facts
from flows.demo.shifts import Shifts
from flows.demo.site import make_workspace
from flows.demo.staff_files import StaffWriter
from flows.demo.staffing import Staff, roster
from flows.demo.truth import Truth
from schemas.errors import UsageError

# Each kind of chance is drawn from a stream of its own: what is added later does not change what was there.
LUCK = ("calls", "words", "mail", "files", "shifts", "surveys")


@dataclass(frozen=True)
class DemoSummary:
    """What was made."""

    path: Path
    first_day: date
    last_day: date
    agents: int
    calls: int
    legs: int
    transcripts: int
    mails: int
    files: int
    broken: int

    def __str__(self) -> str:
        """Return it as one sentence."""
        return (
            f"Made {self.path}: {self.first_day} to {self.last_day}, {self.agents} agents, {self.calls} calls with "
            f"{self.legs} handled legs, {self.transcripts} transcripts, {self.mails} e-mails in {self.files} files; "
            f"{self.broken} rows are broken on purpose. The truth is in {self.path / 'truth'}."
        )


def make_demo(
    path: Path,
    *,
    days: int = 5,
    agents: int = 12,
    calls_per_day: int = 200,
    seed: int = 7,
    last_day: date = date(2026, 3, 31),
) -> DemoSummary:
    """Write a workspace with made-up logs into an empty or new folder.

    `calls_per_day` is the mean over a week; Mondays have more, Sundays fewer. By default the days cross a night in
    which clocks go forward. Raises UsageError for a folder that is not empty and for numbers that give no centre.
    """
    for name, value in (("days", days), ("calls_per_day", calls_per_day)):
        if value < 1:
            raise UsageError(f"{name} must be at least 1", found=value)
    first_day = last_day - timedelta(days=days - 1)
    clock = Clock(TIMEZONE)
    people = hire(agents, Random(f"{seed}/agents"), first_day, last_day)  # noqa: S311 - made-up data, not secrets
    make_workspace(path, people)
    with Truth(path / "truth", clock) as truth:
        for row in expectations(people):
            truth.write("planted", row)
        _write_agents(path / "inbox" / "agents.csv", people, truth)
        _write_coachings(path / "inbox" / "entries", people, truth)
        _write_days(path / "inbox", people, truth, first_day, last_day, calls_per_day, seed)
    totals = truth.totals
    parameters = {"seed": seed, "days": days, "agents": agents, "calls_per_day": calls_per_day, "last_day": last_day}
    content = facts(people, truth, parameters)
    (path / "truth" / "truth.json").write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    return DemoSummary(
        path=path,
        first_day=first_day,
        last_day=last_day,
        agents=len(people),
        calls=totals["calls"],
        legs=totals["handled_legs"],
        transcripts=totals["transcripts"],
        mails=totals["mails"],
        files=totals["files_loaded"] + totals["files_duplicate"],
        broken=totals["records_quarantined"],
    )


def _write_agents(path: Path, people: list[Agent], truth: Truth) -> None:
    with OutFile(path, csv_line(AGENT_HEADER)) as out:
        for row in agent_rows(people):
            out.good(csv_line(row))
    truth.file(out.tally)


def _write_coachings(folder: Path, people: list[Agent], truth: Truth) -> None:
    """Write what coaches entered, as the commands do: for the owner's eyes only."""
    rows = coachings(people)
    if not rows:
        return
    folder.mkdir(mode=0o700)
    with OutFile(folder / "coaching-demo.jsonl") as out:
        for row in rows:
            out.good(orjson.dumps(row) + b"\n")
    out.path.chmod(0o600)
    truth.file(out.tally)


def _write_days(
    inbox: Path, people: list[Agent], truth: Truth, first_day: date, last_day: date, calls_per_day: int, seed: int
) -> None:
    """Write one day after another; nothing but what is due on a later day is kept."""
    clock = truth.clock
    customers = Customers.for_calls(calls_per_day)
    centre = CallCentre(clock, Arrivals(clock, customers, calls_per_day, last_day), last_day)
    mailroom = Mailroom(clock, customers, people, clock.at(last_day + timedelta(days=1), 0))
    writer = DayWriter(inbox, clock, truth, last_day)
    activity, shifts = ActivityTruth(clock, truth), Shifts(clock)
    around = StaffWriter(inbox, clock, truth, activity)
    copied = min(first_day + timedelta(days=1), last_day)
    staff: Staff | None = None
    for number in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=number)
        luck = {name: Random(f"{seed}/{day}/{name}") for name in LUCK}  # noqa: S311
        staff = roster(people, day, staff, luck["calls"])
        calls = centre.day(day, staff, luck["calls"])
        missing = writer.calls(day, calls, luck["files"])
        if day == copied:
            writer.copy_of_calls(day)
        lost = writer.legs(day, calls, luck["files"])
        for call in calls:
            truth.call(call, call.id not in missing, lost.get(call.id, set()))
        known = [call for call in calls if call.id not in missing]
        for call in known:
            activity.call(call)
        for one in writer.transcripts(day, calls, luck["words"]):
            truth.transcript(one.call, one.parts, lost.get(one.call.id, set()))
        threads = mailroom.threads(day, len(calls), luck["mail"])
        writer.mails(day, threads, luck["mail"])
        plan, states = shifts.day(day, staff, calls, luck["shifts"])
        around.rota(day, plan, luck["shifts"])
        around.states(day, states, luck["shifts"])
        around.surveys(day, known, threads, luck["surveys"])
        truth.close_days(day)
        activity.close_days(day)
    activity.close_days(date.max)
