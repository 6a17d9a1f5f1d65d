"""Settings of the e-mail readers: who is us, which mailbox is which queue, and how much one message may cost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemas.errors import Where

# What a cap may be set to at most: beyond it the reader's own promises (memory, recursion) would not hold.
_CEILING = {"message_mb": 100, "parts": 10_000, "depth": 100, "header_kb": 1024, "addresses": 10_000}


@dataclass(frozen=True)
class Settings:
    """`[sources.settings]` of a source with `format = "mbox"` or `"eml"`. Addresses are compared in small letters.

    `agents` gives an address the agent id used elsewhere; `queues` names shared mailboxes: mail from one of them is
    ours, but says nothing about who wrote it. `timezone` is for dates without a zone (default: the site's).
    """

    agent_domains: tuple[str, ...] = ()
    agent_addresses: tuple[str, ...] = ()
    agents: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    timezone: str = ""
    ticket_pattern: str = ""
    language: str | None = None
    message_mb: int = 25
    parts: int = 500
    depth: int = 30
    header_kb: int = 256
    addresses: int = 500

    def __post_init__(self) -> None:
        """Bring addresses to small letters and refuse what could only give wrong rows."""
        if not (self.agent_domains or self.agent_addresses or self.agents):
            raise ValueError("nobody is us: give agent_domains, agent_addresses or agents")
        for name in ("agent_domains", "agent_addresses"):
            object.__setattr__(self, name, tuple(value.strip().lower().lstrip("@") for value in getattr(self, name)))
        for name in ("agents", "queues"):
            object.__setattr__(self, name, {key.strip().lower(): value for key, value in getattr(self, name).items()})
        _check_addresses(self)
        for name, ceiling in _CEILING.items():
            if not 1 <= getattr(self, name) <= ceiling:
                raise ValueError(f"{name} = {getattr(self, name)}, expected 1 to {ceiling}")
        if self.language is not None and not re.fullmatch(r"[a-z]{2}", self.language):
            raise ValueError(f"language = {self.language!r}, expected two small letters such as de")
        if self.timezone:
            _check_zone(self.timezone)
        if self.ticket_pattern:
            _check_pattern(self.ticket_pattern)

    def is_ours(self, address: str) -> bool:
        """Return whether an address (small letters) belongs to the centre. Subdomains count only when listed."""
        known = address in self.agent_addresses or address in self.agents or address in self.queues
        return known or address.rpartition("@")[2] in self.agent_domains

    def tickets(self, subjects: pa.Array) -> pa.Array:
        """Return the ticket id in each subject, NULL where there is none. RE2, so linear whatever the subject."""
        if not self.ticket_pattern:
            return pa.nulls(len(subjects), pa.string())
        hit = pc.match_substring_regex(subjects, pattern=self.ticket_pattern)
        found = pc.replace_substring_regex(subjects, pattern=_around(self.ticket_pattern), replacement=r"\1")
        return pc.if_else(pc.and_(hit, pc.not_equal(found, "")), found, pa.scalar(None, pa.string()))


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def _around(pattern: str) -> str:
    return rf"(?s)^.*?(?:{pattern}).*$"


def _check_addresses(given: Settings) -> None:
    for domain in given.agent_domains:
        if not domain or "@" in domain:
            raise ValueError(f"agent_domains has {domain!r}, expected a domain such as example.org")
    for address in (*given.agent_addresses, *given.agents, *given.queues):
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            raise ValueError(f"{address!r} is no address, expected one such as help@example.org")


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}, expected a name such as Europe/Berlin") from None


def _check_pattern(pattern: str) -> None:
    """Refuse a pattern RE2 does not know, or with more or fewer than one group."""
    probe = pa.array(["x"])

    def groups(number: int) -> bool:
        try:
            pc.replace_substring_regex(probe, pattern=_around(pattern), replacement=f"\\{number}")
        except pa.ArrowInvalid as problem:
            if "Invalid regular expression" in str(problem):
                detail = str(problem).partition(": ")[2]
                raise ValueError(f"ticket_pattern is no RE2 pattern: {detail}") from None
            return False
        return True

    if not groups(1) or groups(2):
        raise ValueError(f"ticket_pattern = {pattern!r}, expected a pattern with exactly one group: the ticket id")
