"""Surveys: who is asked after a contact, who answers, when, and what.

After a call some are asked by telephone how content they were and whether they would recommend us; after an e-mail, in
a mail, how content they were and how easy it was. About one in five answers; by mail often days later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import log
from random import Random

from flows.demo.call import Call
from flows.demo.clock import HOUR_S, Clock
from flows.demo.mail import Thread

ASKED = {"phone": 0.35, "email": 0.6}
ANSWERED = {"phone": 0.22, "email": 0.20}
QUESTIONS = {"phone": ("csat", "nps"), "email": ("csat", "ces")}
HEADERS = {
    "phone": ("Befragung", "Vorgang", "Rufnummer", "Beantwortet", "Zufriedenheit", "Empfehlung", "Kommentar"),
    "email": ("Befragung", "Nachricht", "Adresse", "Beantwortet", "Zufriedenheit", "Mühe", "Kommentar"),
}
ONE_LEFT_OUT = 0.08
COMMENTS = {
    True: ("Sehr freundlich", "Schnell geholfen; danke", "Very helpful", "Alles bestens"),
    False: ("Problem besteht weiter", "Zu lange gewartet", "Still not solved", "Musste alles zweimal erklären"),
}


@dataclass(frozen=True)
class Survey:
    """One survey sent: two questions; `answers` are None where nothing was said. `delivered` is the day of the file."""

    id: str
    way: str
    about: str
    customer: str
    delivered: date
    submitted: int | None
    answers: tuple[int | None, int | None]
    comment: str = ""

    def fields(self, clock: Clock) -> list[str]:
        """Return it as a row of the survey tool's export."""
        when = "" if self.submitted is None else f"{clock.local(self.submitted):%d.%m.%Y %H:%M:%S}"
        said = ["" if answer is None else str(answer) for answer in self.answers]
        return [self.id, self.about, self.customer, when, *said, self.comment]


def after_call(call: Call, clock: Clock, rng: Random) -> Survey | None:
    """Return the survey after a call, asked right after it; None for most calls and for those nobody answered."""
    if call.outcome != "answered" or rng.random() >= ASKED["phone"]:
        return None
    content = 4.3 if call.resolved else 2.4
    submitted = call.ended // 1000 * 1000 + rng.randint(15, 240) * 1000
    return _survey("phone", f"T-{call.id}", call.id, call.customer, submitted, content, clock, rng, call.ended)


def after_thread(thread: Thread, clock: Clock, rng: Random) -> Survey | None:
    """Return the survey about an answered e-mail; its answer may come days later."""
    answers = [mail for mail in thread.mails if mail.kind == "answer"]
    if not answers or rng.random() >= ASKED["email"]:
        return None
    first, sent = thread.mails[0], answers[0].sent
    submitted = sent + min(round(rng.lognormvariate(log(9), 1.1) * HOUR_S), 6 * 24 * HOUR_S) * 1000
    name = f"M-{first.message_id.partition('@')[0]}"
    return _survey("email", name, first.message_id, thread.customer, submitted, 3.8, clock, rng, sent)


def _survey(
    way: str,
    name: str,
    about: str,
    customer: str,
    submitted: int,
    content: float,
    clock: Clock,
    rng: Random,
    asked: int,
) -> Survey:
    """Draw the answers around how content somebody was, on the scale of 1 to 5."""
    felt = min(5.0, max(1.0, rng.gauss(content, 0.9)))
    other = round((felt - 1) / 4 * 10) if way == "phone" else round(1 + (felt - 1) / 4 * 6)
    said: list[int | None] = [round(felt), other]
    if rng.random() < ONE_LEFT_OUT:
        said[rng.randrange(2)] = None
    words = COMMENTS[felt >= 3.5]
    comment = words[rng.randrange(len(words))] if rng.random() < 0.3 else ""
    if rng.random() >= ANSWERED[way]:
        return Survey(name, way, about, customer, clock.day(asked), None, (None, None))
    return Survey(name, way, about, customer, clock.day(submitted), submitted, (said[0], said[1]), comment)
