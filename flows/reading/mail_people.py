"""Who wrote a mail to whom, seen from the centre: direction, author, agent, customer, queue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flows.reading.mail_head import Head, MessageRefused, addresses, decoded

if TYPE_CHECKING:
    from flows.reading.mail_settings import Settings

_DAEMON = re.compile(r"(?:mailer-daemon|postmaster)(?:@|\s|$)", re.IGNORECASE)
# Fields only machines write: autoresponders, and Exim for a bounce.
_MACHINE_HEADERS = ("x-autoreply", "x-auto-reply", "x-autorespond", "x-failed-recipients")
# What Exchange and Outlook put before the subject, word for word: some exports keep no header that tells.
_MACHINE_SUBJECT = re.compile(
    r"(?:Automatic reply|Automatische Antwort|Out of Office|Out of Office AutoReply|Abwesenheitsnotiz|"
    r"Undeliverable|Unzustellbar): "
)


def people(head: Head, settings: Settings) -> dict[str, Any]:
    """Return who wrote to whom: direction, author, agent, customer, queue. Raises MessageRefused without a sender."""
    sender = _sender(head)
    to, cc = (_recipients(head, name, settings) for name in ("to", "cc"))
    others = [address for address in (*to, *cc) if not settings.is_ours(address)]
    ours = settings.is_ours(sender)
    internal = ours and not others and bool(to or cc)
    automatic = _is_automatic(head, sender)
    author = _author(head, sender, automatic=automatic, ours=ours)
    named = [sender] if ours and not internal else [*to, *cc]
    return {
        "direction": "internal" if internal else "outbound" if ours else "inbound",
        "author": author,
        "agent_id": _agent(head, sender, settings) if author == "agent" else None,
        "customer_id": _customer(sender, others, ours=ours),
        "queue": next((settings.queues[address] for address in named if address in settings.queues), None),
        "from_address": sender,
        "to_addresses": to,
        "cc_addresses": cc,
        "is_auto": automatic,
        "is_public": not internal,
    }


def _sender(head: Head) -> str:
    raw = head.first("from")
    found = addresses([raw or ""])
    if found:
        return found[0]
    if raw and _DAEMON.match(raw):  # a bounce of the own machine has no domain
        return raw.split()[0].lower()
    raise MessageRefused("missing_from", "From", raw and raw[:200], "the sender's address")


def _recipients(head: Head, name: str, settings: Settings) -> list[str]:
    found = addresses(head.every(name))
    if len(found) > settings.addresses:
        expected = f"at most {settings.addresses} addresses (setting addresses)"
        raise MessageRefused("too_many_addresses", name.capitalize(), f"{len(found)} addresses", expected)
    return found


def _is_automatic(head: Head, sender: str) -> bool:
    """Whether a machine sent it: auto-reply, bounce, report, mass mail."""
    submitted = re.split(r"[;\s]", head.first("auto-submitted") or "no", maxsplit=1)[0].lower()
    suppress = (head.first("x-auto-response-suppress") or "none").lower()
    return (
        submitted != "no"
        or (head.first("precedence") or "").lower() in ("bulk", "junk", "auto_reply", "auto-reply")
        or suppress != "none"
        or head.parameters("content-type")[0] == "multipart/report"
        or (head.first("return-path") or "").replace(" ", "") == "<>"
        or any(head.first(name) for name in _MACHINE_HEADERS)
        or bool(_DAEMON.match(sender))
        or bool(_MACHINE_SUBJECT.match(decoded((head.first("subject") or "")[:200])))
    )


def _author(head: Head, sender: str, *, automatic: bool, ours: bool) -> str:
    if not automatic:
        return "agent" if ours else "customer"
    report = head.parameters("content-type")[0] == "multipart/report" or bool(_DAEMON.match(sender))
    return "bot" if ours and not report else "system"


def _agent(head: Head, sender: str, settings: Settings) -> str | None:
    """Return the agent: from a shared mailbox only where Sender names a person, else unknown."""
    person: str | None = sender
    if sender in settings.queues and sender not in settings.agents:
        named = addresses(head.every("sender"))
        person = next((one for one in named if settings.is_ours(one) and one not in settings.queues), None)
    return settings.agents.get(person, person) if person else None


def _customer(sender: str, others: list[str], *, ours: bool) -> str | None:
    if ours:
        return others[0] if others else None
    return None if _DAEMON.match(sender) else sender
