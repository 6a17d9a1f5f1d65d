"""E-mail threads: what is asked, who answers and when, and everything around it that is no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import log
from random import Random

from flows.demo.centre import COMPANY, Agent
from flows.demo.clock import HOUR_S, Clock
from flows.demo.customers import Customers
from flows.demo.mail_phrases import BANKS, MailBank

DOMAIN = "demo.example.org"
MAILBOXES = {"service": f"service@{DOMAIN}", "rechnung": f"rechnung@{DOMAIN}"}
PER_CALL = 0.10
GERMAN = 0.75
RECEIPT, ANSWERED, TICKET, SHARED_MAILBOX = 0.4, 0.86, 0.6, 0.3
FOLLOW_UP, THANKS, SECOND_ANSWER = 0.30, 0.15, 0.75
NEW_MAIL_WITH_TICKET = 0.25
AWAY, BOUNCE = 0.05, 0.03
MAX_DELAY_S = 60 * HOUR_S
OPENS_S, CLOSES_S = 7 * HOUR_S, 20 * HOUR_S


@dataclass
class Mail:
    """One e-mail. `kind`: ask, answer, receipt (our machine), away (customer's machine), bounce."""

    kind: str
    message_id: str
    sent: int
    sender: str
    to: str
    subject: str
    body: str
    language: str
    agent: Agent | None = None
    on_behalf_of: str | None = None
    references: list[str] = field(default_factory=list)


@dataclass
class Thread:
    """One matter of one customer, with its mails in the order they were sent."""

    customer: str
    ticket: str | None
    mails: list[Mail] = field(default_factory=list)


@dataclass
class Mailroom:
    """Makes the threads that begin on a day; nothing is sent after the last day."""

    clock: Clock
    customers: Customers
    agents: list[Agent]
    ends: int
    tickets: int = 1000

    def threads(self, day: date, calls: int, rng: Random) -> list[Thread]:
        """Return the threads begun on a day that had so many calls."""
        count = max(1, round(calls * PER_CALL))
        return [self._thread(day, number, rng) for number in range(1, count + 1)]

    def _thread(self, day: date, number: int, rng: Random) -> Thread:
        language = "de" if rng.random() < GERMAN else "en"
        self.tickets += 1
        ticket = f"D-{self.tickets}" if rng.random() < TICKET else None
        thread = Thread(self.customers.address(rng), ticket)
        begins = self.clock.at(day, rng.randint(6 * HOUR_S, 22 * HOUR_S))
        writer = _Correspondence(thread, language, f"{day:%Y%m%d}.{number:05d}", self.clock, rng)
        writer.ask(begins)
        if rng.random() < RECEIPT:
            writer.receipt()
        if rng.random() < ANSWERED:
            self._go_on(writer, rng)
        thread.mails = [mail for mail in thread.mails if mail.sent < self.ends]
        return thread

    def _go_on(self, writer: _Correspondence, rng: Random) -> None:
        agent = self.agents[rng.randrange(len(self.agents))]
        writer.answer(agent, writer.bank.answers, _delay_s(3 * HOUR_S, rng))
        if rng.random() < AWAY:
            writer.away()
        if rng.random() < BOUNCE:
            writer.bounce()
            return
        lot = rng.random()
        if lot < THANKS:
            writer.write_back(writer.bank.thanks, _delay_s(4 * HOUR_S, rng))
        elif lot < THANKS + FOLLOW_UP:
            writer.write_back(writer.bank.follow_ups, _delay_s(8 * HOUR_S, rng))
            if rng.random() < SECOND_ANSWER:
                other = agent if rng.random() < 0.6 else self.agents[rng.randrange(len(self.agents))]
                writer.answer(other, writer.bank.second_answers, _delay_s(3 * HOUR_S, rng))


class _Correspondence:
    """Writes the mails of one thread, each after the one before."""

    def __init__(self, thread: Thread, language: str, name: str, clock: Clock, rng: Random) -> None:
        self.thread, self.language, self.name, self.clock, self.rng = thread, language, name, clock, rng
        self.bank: MailBank = BANKS[language]
        amount = f"{rng.randint(9, 240)},{rng.choice(('00', '50', '95'))}"
        self.slots = {
            "order": f"B-{rng.randint(100_000, 999_999)}",
            "amount": amount if language == "de" else amount.replace(",", "."),
            "customer": thread.customer.partition("@")[0],
        }
        self.subject, self.body, mailbox = self.bank.asks[rng.randrange(len(self.bank.asks))]
        self.subject, self.mailbox = self._filled(self.subject), MAILBOXES[mailbox]

    def ask(self, sent: int) -> None:
        """The customer begins."""
        self._add("ask", sent, self.thread.customer, self.mailbox, self.subject, self._filled(self.body))

    def receipt(self) -> None:
        """Our machine says that the mail has arrived; it gives the ticket number to the thread."""
        subject = self._tagged(self.bank.receipt_subject)
        sent = self._last.sent + self.rng.randint(2, 40) * 1000
        self._add("receipt", sent, self.mailbox, self.thread.customer, subject, self.bank.receipt, self._last)

    def answer(self, agent: Agent, lines: tuple[str, ...], delay_s: int) -> None:
        """An agent answers the customer's last mail, under the own address or for the mailbox."""
        asked = next(mail for mail in reversed(self.thread.mails) if mail.kind == "ask")
        parts = [self._one(self.bank.salutation), self._filled(self._one(lines))]
        parts.append(f"{self._one(self.bank.sign_off)}\n{agent.name}\n{COMPANY}")
        body = "\n\n".join(parts) + "\n\n" + self._quoted(asked)
        shared = self.rng.random() < SHARED_MAILBOX
        own = f"{agent.id}@{DOMAIN}"
        subject = self.bank.reply_prefix + self._tagged(self.subject)
        sent = self._at_work(max(asked.sent + delay_s * 1000, self._last.sent + 60_000))
        self._add("answer", sent, self.mailbox if shared else own, self.thread.customer, subject, body, asked)
        self._last.agent, self._last.on_behalf_of = agent, own if shared else None

    def write_back(self, lines: tuple[str, ...], delay_s: int) -> None:
        """The customer writes again, mostly with the mail quoted, sometimes anew with the ticket in the subject."""
        answered = next(mail for mail in reversed(self.thread.mails) if mail.kind == "answer")
        sent = max(answered.sent + delay_s * 1000, self._last.sent + 60_000)
        line, customer = self._one(lines), self.slots["customer"]
        if line[0].islower():
            line = f"{self._one(self.bank.salutation[:2])}\n\n{line}"
        if self.thread.ticket and self.rng.random() < NEW_MAIL_WITH_TICKET:
            subject = f"{self.slots['order']} [#{self.thread.ticket}]"
            self._add("ask", sent, self.thread.customer, self.mailbox, subject, f"{line}\n\n{customer}")
            return
        subject = answered.subject if answered.subject.startswith(("AW:", "Re:")) else f"Re: {answered.subject}"
        body = f"{line}\n\n{customer}\n\n{self._quoted(answered)}"
        self._add("ask", sent, self.thread.customer, answered.sender, subject, body, answered)

    def away(self) -> None:
        """The customer's machine says that nobody reads the answer now."""
        subject = f"{self.bank.away_subject}: {self._last.subject}"
        to = self._last.sender
        self._add("away", self._last.sent + 3000, self.thread.customer, to, subject, self.bank.away, self._last)

    def bounce(self) -> None:
        """The customer's mail server sends the answer back."""
        answered = next(mail for mail in reversed(self.thread.mails) if mail.kind == "answer")
        body = f"The following address failed:\n\n  {self.thread.customer}: mailbox full"
        sender, sent = "MAILER-DAEMON@mail.example.net", self._last.sent + 5000
        self._add("bounce", sent, sender, answered.sender, "Undelivered Mail Returned to Sender", body, answered)

    @property
    def _last(self) -> Mail:
        return self.thread.mails[-1]

    def _add(
        self, kind: str, sent: int, sender: str, to: str, subject: str, body: str, parent: Mail | None = None
    ) -> None:
        host = sender.rpartition("@")[2]
        message_id = f"{self.name}.{len(self.thread.mails) + 1}@{host}"
        references = [*parent.references, parent.message_id] if parent else []
        mail = Mail(kind, message_id, sent // 1000 * 1000, sender, to, subject, body, self.language)
        mail.references = references
        self.thread.mails.append(mail)

    def _at_work(self, ms: int) -> int:
        """Return the time itself, or one the next morning when nobody writes mails at that hour."""
        local = self.clock.local(ms)
        if OPENS_S <= local.hour * HOUR_S < CLOSES_S:
            return ms
        day = local.date() + timedelta(days=local.hour * HOUR_S >= CLOSES_S)
        return self.clock.at(day, OPENS_S + self.rng.randrange(2 * HOUR_S))

    def _filled(self, text: str) -> str:
        return text.format_map(self.slots)

    def _tagged(self, subject: str) -> str:
        return f"[#{self.thread.ticket}] {subject}" if self.thread.ticket else subject

    def _quoted(self, mail: Mail) -> str:
        when = self.clock.local(mail.sent)
        quoting = self.bank.quoting.format(date=f"{when:%d.%m.%Y}", time=f"{when:%H:%M}", sender=mail.sender)
        return "\n".join([quoting, *(f"> {line}".rstrip() for line in mail.body.split("\n"))])

    def _one(self, lines: tuple[str, ...]) -> str:
        return lines[self.rng.randrange(len(lines))]


def _delay_s(median_s: int, rng: Random) -> int:
    return min(int(rng.lognormvariate(log(median_s), 1.1)), MAX_DELAY_S)
