"""vCon: conversations in the IETF's JSON container, versions 0.0.1 to 0.4.0, also signed. See docs/sources/vcon.md."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flows.reading.contract import About
from flows.reading.documents import chunks
from flows.reading.json_pick import Misfit, need, pick
from flows.reading.vcon_dialog import RECORDED, Dialog, dialogs, when
from flows.reading.vcon_legs import legs
from flows.reading.vcon_open import opened
from flows.reading.vcon_parties import Party, People, parties
from flows.reading.vcon_turns import Turns
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.documents import Rows
    from schemas.errors import Where

ABOUT = About(
    "vCon, the IETF's conversation container",
    read={
        "interaction": "source_id topic started_at disposition",
        "leg": "transfer_to",
        "utterance": "text confidence",
    },
    derived={
        "interaction": "interaction_id channel direction customer_id queue language answered_at ended_at outcome extra",
        "leg": "leg_id interaction_id leg_no agent_id started_at answered_at ended_at talk_s hold_s outcome transfer",
        "utterance": "interaction_id seq speaker agent_id start_ms end_ms",
    },
)
# Why a dialog never came about, in the words of the standard.
_INCOMPLETE = {
    "no-answer": "abandoned",
    "hung-up": "abandoned",
    "congestion": "failed",
    "failed": "failed",
    "busy": "busy",
    "voicemail-no-message": "voicemail",
}
_DIRECTIONS = {"in": "inbound", "inbound": "inbound", "out": "outbound", "outbound": "outbound", "internal": "internal"}


@dataclass(frozen=True)
class Settings:
    """`[sources.settings]`: who is ours, what text dialogs are, and how much of a vCon is believed.

    `agents` gives an address, number or name the agent id used elsewhere. `text_channel` is what text dialogs are.
    `public_key` (PEM) verifies signatures; `extensions` are critical ones the site accepts.
    """

    agent_domains: tuple[str, ...] = ()
    agent_numbers: tuple[str, ...] = ()
    agents: dict[str, str] = field(default_factory=dict)
    text_channel: str = "chat"
    public_key: str = ""
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a channel there is not, and a key that is none."""
        known = ("voice", "email", "chat", "message", "ticket")
        if self.text_channel not in known:
            raise ValueError(f"text_channel = {self.text_channel!r}, expected one of {', '.join(known)}")
        if self.public_key:
            from cryptography.hazmat.primitives.serialization import load_pem_public_key

            try:
                load_pem_public_key(self.public_key.encode())
            except ValueError:
                raise ValueError("public_key is no public key in PEM form") from None

    @property
    def people(self) -> People:
        """Return what the settings say of our own people."""
        domains = tuple(one.lower().lstrip("@") for one in self.agent_domains)
        return People(domains, self.agent_numbers, {_key(name): agent for name, agent in self.agents.items()})


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield each vCon of a file, one or one a line, as an interaction with its legs and turns."""
    people = settings.people
    return chunks(file, lambda document: _rows(document, file, settings, people))


def _rows(wrapped: dict[str, Any], file: SourceFile, settings: Settings, people: People) -> Rows:
    document, signature = opened(wrapped, settings.public_key, settings.extensions)
    source_id, own = _id(document)
    found, who = dialogs(document), parties(document, people)
    starts = [dialog.start for dialog in found if dialog.start]
    if not starts:
        raise Misfit("missing_field", None, "a dialog with its start", "dialog")
    turns = Turns(document, found, who, min(starts))
    interaction_id = f"{file.system}:{source_id}"
    updated_at = when(document, "updated_at", "") or when(document, "created_at", "")
    extra = {"uuid": own if own != source_id else None, "signature": signature, "unread": turns.unread or None}
    row = {
        "interaction_id": interaction_id,
        "source_id": source_id,
        "topic": pick(document, "subject", str),
        "language": Counter(turns.languages).most_common(1)[0][0] if turns.languages else None,
        "started_at": min(starts),
        "updated_at": updated_at,
        "extra": json.dumps({key: value for key, value in extra.items() if value}) if any(extra.values()) else None,
        **_contact(found, who, settings),
    }
    spoken = [
        one | {"interaction_id": interaction_id, "updated_at": updated_at, "language": None} for one in turns.rows
    ]
    parts = [
        one
        | {"interaction_id": interaction_id, "leg_id": f"{interaction_id}/{one['leg_no']}", "updated_at": updated_at}
        for one in legs(found, who)
    ]
    row["answered_at"] = min((part["answered_at"] for part in parts if part["answered_at"]), default=None)
    if row["outcome"] is None and parts:
        row["outcome"] = "answered"
    return {"interaction": [row], "leg": parts, "utterance": spoken}


def _id(document: dict[str, Any]) -> tuple[str, str]:
    """Return the id of the conversation, and of this vCon: a redacted or amended one keeps the conversation's."""
    own = need(document, "uuid", str)
    for link in ("redacted", "amended", "appended"):
        found = document.get(link)
        first = pick(found, "uuid", str, link) if isinstance(found, dict) else None
        if first:
            return first, own
    return own, own


def _contact(found: list[Dialog], who: list[Party], settings: Settings) -> dict[str, Any]:
    """Return what the dialogs together say of the contact."""
    held = [dialog for dialog in found if dialog.kind not in ("incomplete", "transfer")]
    missed = [dialog for dialog in found if dialog.kind == "incomplete"]
    ends = [moment for dialog in held for moment in (dialog.end, dialog.start if dialog.is_text else None) if moment]
    disposition = next((said for one in missed if (said := pick(one.raw, "disposition", str, one.place))), None)
    customer = next((one.id for one in who if one.speaker == "customer"), None)
    return {
        "channel": _channel(held or found, settings),
        "direction": _direction(found, who),
        "customer_id": customer,
        "queue": next((skill for one in found if (skill := pick(one.raw, "skill", str, one.place))), None),
        "ended_at": max(ends, default=None),
        "outcome": _INCOMPLETE.get(disposition or "") if not held else None,
        "disposition": disposition if not held else None,
    }


def _channel(found: list[Dialog], settings: Settings) -> str:
    if not all(dialog.is_text for dialog in found):
        return "voice"
    return "email" if any(dialog.is_mail for dialog in found) else settings.text_channel


def _direction(found: list[Dialog], who: list[Party]) -> str | None:
    """Return what the source says, else who began: a customer who did came in."""
    for dialog in found:
        said = (
            pick(dialog.raw, "meta.direction", str, dialog.place) if isinstance(dialog.raw.get("meta"), dict) else None
        )
        if said and said.lower() in _DIRECTIONS:
            return _DIRECTIONS[said.lower()]
    first = next((one for one in found if one.kind in RECORDED and one.raw.get("originator") is not None), None)
    at = first.originator if first else None
    speaker = who[at].speaker if at is not None and at < len(who) else None
    return {"customer": "inbound", "agent": "outbound"}.get(speaker or "")


def _key(name: str) -> str:
    return name.lower() if "@" in name else name
