"""The files of one day, and the truth about them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from flows.demo import faults
from flows.demo.call import Call, Leg
from flows.demo.clock import HOUR_S, Clock
from flows.demo.lines import CALL_HEADER, call_fields, csv_line, json_line, leg_record
from flows.demo.mail import Mail, Thread
from flows.demo.mbox import mbox_bytes, without_sender
from flows.demo.outfile import OutFile, Tally
from flows.demo.transcripts import Transcript, transcribe
from flows.demo.truth import Truth

SENT_AGAIN = 0.5
T = TypeVar("T")


@dataclass
class DayWriter:
    """Writes day after day. `late` holds rows that come in a later day's file, `post` mails not sent yet."""

    inbox: Path
    clock: Clock
    truth: Truth
    last_day: date
    dealer: faults.Dealer = field(default_factory=faults.Dealer)
    late: dict[date, list[bytes]] = field(default_factory=dict)
    post: dict[date, list[Mail]] = field(default_factory=dict)
    last_mail: bytes = b""

    def calls(self, day: date, calls: list[Call], rng: Random) -> set[str]:
        """Write the day's calls and what is due from earlier days; returns the ids whose row never comes unbroken."""
        broken = self._broken_calls(day, calls, rng)
        due = self.late.pop(day, [])
        missing: set[str] = set()
        path = self.inbox / f"acd_calls_{day}.csv"
        good: list[bytes] = []
        with OutFile(path, csv_line(CALL_HEADER)) as out:
            for number, call in enumerate(calls):
                fields = call_fields(call, self.clock, call.first_resolved, call.disposition, call.written)
                line = csv_line(fields)
                if call.corrected_on:
                    self._later(call, call.corrected_on, rng, "nachgetragen")
                if number in broken:
                    self._broken_call(out, broken[number], fields, call, day)
                    if not call.corrected_on and not self._comes_again(call, day, rng):
                        missing.add(call.id)
                    continue
                out.good(line)
                good.append(line)
            for line in due:
                out.good(line)
            for line in _some(good, self.dealer.duplicates("calls", len(good)), rng):
                out.repeated(line)
            out.blank(b"\r\n")
        self.truth.file(out.tally)
        return missing

    def copy_of_calls(self, day: date) -> None:
        """Deliver a day's file once more under another name."""
        path = self.inbox / f"acd_calls_{day}.csv"
        copy = path.with_name(f"{path.stem}_kopie.csv")
        shutil.copyfile(path, copy)
        self.truth.file(Tally(copy.name, status="duplicate"))

    def legs(self, day: date, calls: list[Call], rng: Random) -> dict[str, set[int]]:
        """Write the day's legs; returns by call the numbers of those whose row is broken."""
        pairs = sorted(
            ((leg, call) for call in calls for leg in call.legs), key=lambda pair: (pair[0].completed, pair[1].id)
        )
        kinds = self.dealer.kinds("legs", len(pairs))
        broken = _at_random(kinds, [number for number, (leg, _) in enumerate(pairs) if leg.handled], rng)
        lost: dict[str, set[int]] = {}
        good: list[bytes] = []
        with OutFile(self.inbox / f"acd_legs_{day}.jsonl") as out:
            for number, (leg, call) in enumerate(pairs):
                record = leg_record(leg, call, self.clock)
                if number in broken:
                    self._broken_leg(out, broken[number], leg, call)
                    lost.setdefault(call.id, set()).add(leg.no)
                    continue
                good.append(json_line(record))
                out.good(good[-1])
            for line in _some(good, self.dealer.duplicates("legs", len(good)), rng):
                out.repeated(line)
        self.truth.file(out.tally)
        return lost

    def transcripts(self, day: date, calls: list[Call], rng: Random) -> list[Transcript]:
        """Write the day's transcripts; returns the usable ones. A day without any has no file."""
        made = [found for call in calls if (found := transcribe(call, self.clock, rng))]
        if not made:
            return []
        broken = _at_random(self.dealer.kinds("transcripts", len(made)), list(range(len(made))), rng)
        usable: list[Transcript] = []
        with OutFile(self.inbox / f"transcripts_{day}.jsonl") as out:
            for number, one in enumerate(made):
                if number in broken:
                    kind = broken[number]
                    record_no = out.broken(faults.transcript_line(kind, one.record, rng))
                    rule = faults.RULES["transcripts"][kind]
                    self.truth.broken(out.path.name, record_no, kind, rule, one.call.id)
                    continue
                out.good(json_line(one.record))
                usable.append(one)
            for one in _some(usable, self.dealer.duplicates("transcripts", len(usable)), rng):
                out.repeated(json_line(one.record))
        self.truth.file(out.tally)
        return usable

    def mails(self, day: date, threads: list[Thread], rng: Random) -> None:
        """Write the day's mails, those of older threads included. Every export begins with yesterday's last mail."""
        for thread in threads:
            for mail in thread.mails:
                self.post.setdefault(self.clock.day(mail.sent), []).append(mail)
            self.truth.thread(thread)
        today = sorted(self.post.pop(day, []), key=lambda mail: (mail.sent, mail.message_id))
        kinds = self.dealer.kinds("mail", len(today))
        with OutFile(self.inbox / f"mail_{day}.mbox") as out:
            if self.last_mail:
                out.repeated(self.last_mail)
            asks = [mail for mail in today if mail.kind == "ask"]
            stray = dict(zip((rng.randrange(len(asks)) for _ in kinds), kinds, strict=False)) if asks else {}
            for mail in today:
                self.last_mail = mbox_bytes(mail, self.clock)
                out.good(self.last_mail)
            for number, kind in sorted(stray.items()):
                # A copy of a customer's mail that lost its sender on the way; it has a Message-ID of its own.
                copy = mbox_bytes(asks[number], self.clock).replace(b"Message-ID: <", b"Message-ID: <lost.", 1)
                record_no = out.broken(without_sender(copy))
                self.truth.broken(out.path.name, record_no, kind, faults.RULES["mail"][kind])
        self.truth.file(out.tally)

    def _broken_calls(self, day: date, calls: list[Call], rng: Random) -> dict[int, str]:
        broken = _at_random(self.dealer.kinds("calls", len(calls)), list(range(len(calls))), rng)
        if self.clock.gap_second(day) is not None:
            broken[0] = faults.DST_GAP[0]
        return broken

    def _broken_call(self, out: OutFile, kind: str, fields: list[str], call: Call, day: date) -> None:
        gap = self.clock.gap_second(day)
        if kind == faults.DST_GAP[0] and gap is not None:
            line, rule = faults.dst_gap_line(fields, day, gap), faults.DST_GAP[1]
        else:
            line, rule = faults.call_line(kind, fields, call, self.clock), faults.RULES["calls"][kind]
        self.truth.broken(out.path.name, out.broken(line), kind, rule, call.id)

    def _broken_leg(self, out: OutFile, kind: str, leg: Leg, call: Call) -> None:
        line = faults.leg_line(kind, leg_record(leg, call, self.clock), leg, self.clock)
        self.truth.broken(out.path.name, out.broken(line), kind, faults.RULES["legs"][kind], call.id)

    def _comes_again(self, call: Call, day: date, rng: Random) -> bool:
        """Half of the broken rows are delivered whole the next day."""
        if day == self.last_day or rng.random() >= SENT_AGAIN:
            return False
        self._later(call, day + timedelta(days=1), rng, call.disposition)
        return True

    def _later(self, call: Call, day: date, rng: Random, disposition: str) -> None:
        changed = self.clock.at(day, rng.randrange(8 * HOUR_S, 18 * HOUR_S))
        fields = call_fields(call, self.clock, call.resolved, disposition, changed)
        self.late.setdefault(day, []).append(csv_line(fields))


def _at_random(kinds: list[str], places: list[int], rng: Random) -> dict[int, str]:
    chosen = rng.sample(places, min(len(kinds), len(places)))
    return dict(zip(chosen, kinds, strict=False))


def _some(items: list[T], count: int, rng: Random) -> list[T]:
    return rng.sample(items, min(count, len(items)))
