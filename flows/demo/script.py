"""What is said in one agent's part of a call: lines in their order, and which expected behaviours are among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from flows.demo.bank import Bank, Lines
from flows.demo.call import Call, Leg
from flows.demo.centre import BEHAVIOURS, COMPANY, QUEUE

AGENT, CUSTOMER = "agent", "customer"
MIN_TURNS, MAX_TURNS = 6, 24
MS_PER_TURN = 8_000
TROUBLE = {"lieferung", "rechnung", "technik", "beschwerde"}


@dataclass(slots=True)
class Line:
    """One turn to be spoken; `after_hold` when the customer was on hold just before it."""

    speaker: str
    text: str
    after_hold: bool = False


@dataclass
class Part:
    """One leg's lines. `spoken` says of each behaviour whether it is among them; None where there was no occasion."""

    leg: Leg
    lines: list[Line] = field(default_factory=list)
    spoken: dict[str, bool | None] = field(default_factory=dict)


class Writer:
    """Writes the parts of one call."""

    def __init__(self, call: Call, bank: Bank, local_hour: int, day: date, rng: Random) -> None:
        """Draw what stays the same through the call: order number, amount, item."""
        self.call, self.bank, self.day, self.rng = call, bank, day, rng
        self.slots = _slots(bank, local_hour, day, rng)

    def part(self, leg: Leg) -> Part:
        """Return the lines of one leg."""
        part = Part(leg)
        goes_on = leg.transfer != "NONE"
        does = {name: self.rng.random() < share for name, share in leg.agent.says(self.day).items()}
        does |= {name: False for name in ("recap", "anything_else", "goodbye") if goes_on}
        part.spoken = {name: does[name] for name in BEHAVIOURS}
        part.spoken["hold_permission"] = does["hold_permission"] if leg.hold else None
        self._open(part, does)
        if goes_on:
            self._hold(part, does)
            department = QUEUE[str(leg.transfer_to)].department[self.call.language]
            self._say(part, AGENT, self._one(self.bank.transfer).replace("{department}", department))
            self._say(part, CUSTOMER, self._one(self.bank.transfer_agreed))
        else:
            self._settle(part, does)
        self._fill(part)
        return part

    def _open(self, part: Part, does: dict[str, bool]) -> None:
        bank, name = self.bank, part.leg.agent.name
        opening = self._one(bank.opening[does["greeting"], does["own_name"]]).replace("{name}", name)
        notice = [self._one(bank.recording_notice)] if does["recording_notice"] else []
        self._say(part, AGENT, " ".join([opening, *notice]))
        is_first = part.leg is self.call.handled_legs[0]
        self._say(part, CUSTOMER, self._one(bank.need[self.call.topic] if is_first else bank.after_transfer))
        mood = bank.empathy["trouble" if self.call.topic in TROUBLE else "wish"]
        reply = [self._one(mood if does["empathy"] else bank.acknowledge)]
        if does["identity_check"]:
            reply.append(self._one(bank.identity_check))
        self._say(part, AGENT, " ".join(reply))
        if does["identity_check"]:
            self._say(part, CUSTOMER, self._one(bank.identity_answer))

    def _hold(self, part: Part, does: dict[str, bool]) -> None:
        bank = self.bank
        if not part.leg.hold:
            return
        self._say(part, AGENT, self._one(bank.hold_permission if does["hold_permission"] else bank.hold_unasked))
        if does["hold_permission"]:
            self._say(part, CUSTOMER, self._one(bank.hold_agreed))
        self._say(part, AGENT, self._one(bank.back_from_hold))
        part.lines[-1].after_hold = True

    def _settle(self, part: Part, does: dict[str, bool]) -> None:
        bank, solved = self.bank, self.call.resolved is True
        self._hold(part, does)
        self._say(part, AGENT, self._one((bank.solved if solved else bank.unsolved)[self.call.topic]))
        self._say(part, CUSTOMER, self._one(bank.glad if solved else bank.disappointed))
        closing = [self._one(bank.recap)] if does["recap"] else []
        closing += [self._one(bank.anything_else)] if does["anything_else"] else []
        if closing:
            self._say(part, AGENT, " ".join(closing))
            self._say(part, CUSTOMER, self._one(bank.nothing_else))
        self._say(part, AGENT, self._one(bank.goodbye if does["goodbye"] else bank.close_without_goodbye))
        self._say(part, CUSTOMER, self._one(bank.customer_bye))

    def _fill(self, part: Part) -> None:
        """Put questions and answers in until there are as many turns as the talk was long."""
        wanted = min(MAX_TURNS, max(MIN_TURNS, part.leg.talk // MS_PER_TURN))
        pairs = self.bank.pairs["any"] + self.bank.pairs[self.call.topic]
        count = min(max(0, (wanted - len(part.lines)) // 2), len(pairs))
        at = 4 if part.spoken["identity_check"] else 3
        for asked, answered in self.rng.sample(pairs, count):
            lines = (Line(AGENT, asked.format_map(self.slots)), Line(CUSTOMER, answered.format_map(self.slots)))
            # After the need and before the solution; the first answer follows what the customer said last.
            part.lines[at:at] = lines
            at += 2

    def _one(self, lines: Lines) -> str:
        return lines[self.rng.randrange(len(lines))]

    def _say(self, part: Part, speaker: str, text: str) -> None:
        part.lines.append(Line(speaker, text.format_map(self.slots)))


def _slots(bank: Bank, local_hour: int, day: date, rng: Random) -> dict[str, object]:
    hello = bank.day_times[0 if local_hour < 11 else 1 if local_hour < 18 else 2]
    is_german = hello.startswith("Guten")
    before = day - timedelta(days=rng.randint(3, 30))
    soon = day + timedelta(days=rng.randint(2, 6))

    def spoken(when: date) -> str:
        month = bank.months[when.month - 1]
        return f"{when.day}. {month}" if is_german else f"{month} {when.day}"

    amount = f"{rng.randint(9, 240)}.{rng.choice(('00', '50', '95', '99'))}"
    return {
        "hello": hello,
        "day_time": hello.split()[-1],
        "company": COMPANY,
        "order": f"B-{rng.randint(100_000, 999_999)}",
        "customer_no": f"K{rng.randint(10_000, 99_999)}",
        "amount": amount.replace(".", ",") if is_german else amount,
        "item": bank.items[rng.randrange(len(bank.items))],
        "device": bank.devices[rng.randrange(len(bank.devices))],
        "days": rng.randint(4, 14),
        "calls": rng.randint(3, 6),
        "date": spoken(before),
        "date_soon": spoken(soon),
        "birth": f"{spoken(date(2000, rng.randint(1, 12), rng.randint(1, 28)))} {rng.randint(1950, 2004)}",
    }
