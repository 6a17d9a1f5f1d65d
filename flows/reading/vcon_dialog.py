"""The dialogs of a vCon: when each was, who took part, what kind it was, and how long somebody was on hold in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from flows.reading.json_pick import Misfit, items, pick

RECORDED = ("recording", "audio", "video")
_MS = Decimal("0.001")


@dataclass(frozen=True)
class Dialog:
    """One dialog. `parties` are indexes; `channels` those of each audio channel, where the source tells them apart."""

    number: int
    kind: str
    place: str
    raw: dict[str, Any]
    start: datetime | None
    duration_s: Decimal | None
    parties: tuple[int, ...]
    channels: tuple[tuple[int, ...], ...] = ()
    hold_s: Decimal | None = None
    joined: dict[int, datetime] = field(default_factory=dict)

    @property
    def end(self) -> datetime | None:
        """Return when it ended, where its duration is known."""
        if self.start is None or self.duration_s is None:
            return None
        return self.start + timedelta(milliseconds=int(self.duration_s * 1000))

    @property
    def is_text(self) -> bool:
        """Return whether somebody wrote it. A text without any text stands for a call that was only transcribed."""
        return self.kind == "text" and (self.raw.get("body") is not None or "url" in self.raw)

    @property
    def is_mail(self) -> bool:
        """Return whether it is an e-mail."""
        return self.is_text and (bool(self.raw.get("message_id")) or self.media.startswith("multipart/"))

    @property
    def originator(self) -> int | None:
        """Return the index of the party who began it, or wrote it."""
        said = pick(self.raw, "originator", int, self.place)
        return said if said is not None else self.parties[0] if self.parties else None

    @property
    def media(self) -> str:
        """Return the media type, in small letters and without parameters."""
        found = pick(self.raw, "mediatype", str, self.place) or pick(self.raw, "mimetype", str, self.place) or ""
        return found.partition(";")[0].strip().lower()


def dialogs(document: dict[str, Any]) -> list[Dialog]:
    """Return the dialogs in the order of the document. Raises Misfit."""
    return [_dialog(number, place, one) for number, (place, one) in enumerate(items(document, "dialog"))]


def when(one: dict[str, Any], name: str, place: str) -> datetime | None:
    """Return a time: RFC 3339, or RFC 2822 as the first vCons had. Raises Misfit for another text, or without zone."""
    text = pick(one, name, str, place)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        if found.tzinfo is None and text.rstrip().endswith("-0000"):
            found = found.replace(tzinfo=UTC)  # RFC 2822: in UTC, and nothing is said of the local zone
        if found.tzinfo is None:
            raise ValueError(text)
        return found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        expected = "a time with its zone, as 2026-03-02T09:00:00+01:00"
        raise Misfit("bad_time", text[:200], expected, f"{place}.{name}".lstrip(".")) from None


def seconds(value: float | None, place: str) -> Decimal | None:
    """Return a number of seconds, exact to the millisecond. Raises Misfit for one that is no duration."""
    if value is None:
        return None
    if not 0 <= value < 1e7:
        raise Misfit("bad_duration", str(value)[:50], "seconds, 0 or more", place)
    return Decimal(repr(value)).quantize(_MS, ROUND_HALF_EVEN)


def _dialog(number: int, place: str, one: dict[str, Any]) -> Dialog:
    parties, channels = _indexes(one.get("parties"), f"{place}.parties")
    hold, joined = _history(one, place)
    return Dialog(
        number,
        (pick(one, "type", str, place) or "").lower(),
        place,
        one,
        when(one, "start", place),
        seconds(pick(one, "duration", float, place), f"{place}.duration"),
        parties,
        channels,
        hold,
        joined,
    )


def _indexes(found: Any, place: str) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Return the parties of a dialog: one index, a list of them, or a list for each audio channel."""
    listed = found if isinstance(found, list) else [] if found is None else [found]
    channels = tuple(tuple(one) if isinstance(one, list) else (one,) for one in listed)
    flat = [index for one in channels for index in one]
    if any(not isinstance(index, int) or isinstance(index, bool) or index < 0 for index in flat):
        raise Misfit("bad_party", None, "indexes of parties", place)
    per_channel = channels if any(isinstance(one, list) for one in listed) else ()
    return tuple(dict.fromkeys(flat)), per_channel


def _history(one: dict[str, Any], place: str) -> tuple[Decimal | None, dict[int, datetime]]:
    """Return the time somebody was on hold (None without a history) and when each party joined."""
    events = [
        (when(item, "time", at), pick(item, "party", int, at), (pick(item, "event", str, at) or "").lower())
        for at, item in items(one, "party_history", place)
    ]
    known = sorted(((at, party, event) for at, party, event in events if at and party is not None), key=lambda e: e[0])
    if not known:
        return None, {}
    joined: dict[int, datetime] = {}
    holding: dict[int, datetime] = {}
    spans: list[tuple[datetime, datetime]] = []
    for at, party, event in known:
        if event == "join":
            joined.setdefault(party, at)
        elif event == "hold":
            holding.setdefault(party, at)
        elif event in ("unhold", "drop") and party in holding:
            spans.append((holding.pop(party), at))
    # A hold that nobody ended and nobody dropped out of: its length is not known, and so the sum is not.
    return (None if holding else _union(spans)), joined


def _union(spans: list[tuple[datetime, datetime]]) -> Decimal:
    """Return the time covered by spans: two parties on hold at once are one hold."""
    total, until = timedelta(0), None
    for start, end in sorted(spans):
        start = start if until is None else max(start, until)
        if end > start:
            total += end - start
            until = end
    return (Decimal(total // timedelta(microseconds=1)) / 1_000_000).quantize(_MS, ROUND_HALF_EVEN)
