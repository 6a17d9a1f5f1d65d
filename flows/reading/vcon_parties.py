"""Who takes part in a vCon: agents, customers and others, by their role or by what the site knows of its own people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flows.reading.json_pick import items, pick

_ROLES = {
    "agent": "agent",
    "customer": "customer",
    "contact": "customer",
    "caller": "customer",
    "client": "customer",
    "bot": "bot",
    "system": "system",
}


@dataclass(frozen=True)
class People:
    """What the settings say of our own people: domains of their mail, numbers, and their agent ids."""

    agent_domains: tuple[str, ...] = ()
    agent_numbers: tuple[str, ...] = ()
    agents: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Party:
    """One party: agent, customer, bot, system or unknown, and the id it goes by."""

    speaker: str
    id: str | None
    name: str | None
    has_role: bool = True

    @property
    def agent_id(self) -> str | None:
        """Return the agent's id, None for anybody else."""
        return self.id if self.speaker == "agent" else None


def parties(document: dict[str, Any], people: People) -> list[Party]:
    """Return the parties in their order. The one other without a role beside our own people is the customer."""
    found = [_party(place, one, people) for place, one in items(document, "parties")]
    speakers = [one.speaker for one in found]
    nameless = [at for at, one in enumerate(found) if not one.has_role]
    if "agent" in speakers and "customer" not in speakers and len(nameless) == 1:
        found[nameless[0]] = replace(found[nameless[0]], speaker="customer", has_role=True)
    return found


def _party(place: str, one: dict[str, Any], people: People) -> Party:
    mail, number, name, uuid = (_text(one, key, place) for key in ("mailto", "tel", "name", "uuid"))
    mail = mail.removeprefix("mailto:").lower() if mail else None
    number = number.removeprefix("tel:") if number else None
    ours = (mail and mail.rpartition("@")[2] in people.agent_domains) or number in people.agent_numbers
    known = next((people.agents[key] for key in (mail, number, name) if key in people.agents), None)
    role = (_text(one, "role", place) or "").lower()
    speaker = "agent" if ours or known else _ROLES.get(role, "unknown")
    if speaker == "agent":
        return Party(speaker, known or mail or name or number or uuid, name)
    return Party(speaker, number or mail or name or uuid, name, has_role=bool(role))


def _text(one: dict[str, Any], name: str, place: str) -> str | None:
    value = pick(one, name, str, place)
    return value.strip() or None if value else None
