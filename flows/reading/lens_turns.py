"""The turns of a Contact Lens or Transcribe Call Analytics document: voice with offsets, chat with points in time."""

from __future__ import annotations

from typing import Any

from flows.reading.connect import language
from flows.reading.json_pick import Misfit, items, moment, need, pick

_SPEAKERS = {"AGENT": "agent", "CUSTOMER": "customer", "SYSTEM": "system", "BOT": "bot", "CUSTOM_BOT": "bot"}


def speaker(role: str | None) -> str:
    """Return who that is; third parties and supervisors are unknown."""
    return _SPEAKERS.get((role or "").upper(), "unknown")


def party(role: str) -> str:
    """Return whose a fact is; only agents and customers are told apart."""
    found = speaker(role)
    return found if found in ("agent", "customer") else "unknown"


class Turns:
    """The turns of one document, and which item of it is which turn."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Read them. Raises Misfit."""
        self.numbers: dict[str, int] = {}
        self.rows: list[dict[str, Any]] = []
        self.items: list[tuple[int | None, str, dict[str, Any]]] = []
        self._language = language(pick(document, "LanguageCode", str))
        self._roles = {
            pick(one, "ParticipantId", str, place): pick(one, "ParticipantRole", str, place)
            for place, one in items(document, "Participants")
        }
        for place, item in items(document, "Transcript"):
            self.items.append((self._add(item, place), place, item))

    def _add(self, item: dict[str, Any], place: str) -> int | None:
        """Add one item; in a chat, events and attachments are no turns."""
        if (pick(item, "Type", str, place) or "MESSAGE") != "MESSAGE":
            return None
        text = pick(item, "Content", str, place)
        if text is None:
            raise Misfit("missing_field", None, "a text", f"{place}.Content")
        seq = len(self.rows) + 1
        name = pick(item, "ParticipantId", str, place)
        role = pick(item, "ParticipantRole", str, place) or self._roles.get(name) or name
        self.numbers[pick(item, "Id", str, place) or ""] = seq
        self.rows.append(
            {
                "seq": seq,
                "speaker": speaker(role),
                "party": name,
                "start_ms": _ms(item, "BeginOffsetMillis", place),
                "end_ms": _ms(item, "EndOffsetMillis", place),
                "said_at": moment(item, "AbsoluteTime", place),
                "text": text,
                "language": self._language,
                "confidence": _confidence(item, place),
            }
        )
        return seq


def _ms(item: dict[str, Any], name: str, place: str) -> int | None:
    value = pick(item, name, int, place)
    if value is not None and value < 0:
        raise Misfit("bad_number", str(value), "milliseconds, 0 or more", f"{place}.{name}")
    return value


def _confidence(item: dict[str, Any], place: str) -> float | None:
    """Return the mean confidence in the words, which Transcribe gives as texts; punctuation has none."""
    found = []
    for at, word in items(item, "Items", place):
        if pick(word, "Type", str, at) == "punctuation" or word.get("Confidence") is None:
            continue
        try:
            found.append(
                float(need(word, "Confidence", str, at) if isinstance(word["Confidence"], str) else word["Confidence"])
            )
        except (TypeError, ValueError):
            raise Misfit("bad_number", None, "a number from 0 to 1", f"{at}.Confidence") from None
    return sum(found) / len(found) if found else None
