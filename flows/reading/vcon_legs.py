"""The agents' parts of a vCon: one leg for every agent who took part in a dialog."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flows.reading.json_pick import pick
from flows.reading.vcon_dialog import RECORDED, Dialog

if TYPE_CHECKING:
    from flows.reading.vcon_parties import Party

_LATEST = datetime.max.replace(tzinfo=UTC)


def legs(found: list[Dialog], who: list[Party]) -> list[dict[str, Any]]:
    """Return the legs in the order in which their agents came, without the interaction's id."""
    held = [dialog for dialog in found if dialog.kind not in ("incomplete", "transfer")]
    agents: dict[str, list[Dialog]] = {}
    for dialog in sorted(held, key=lambda one: one.start or _LATEST):
        for index in _present(dialog, who):
            agents.setdefault(who[index].agent_id or "", []).append(dialog)
    last = max((dialog.start for dialog in held if dialog.is_text and dialog.start), default=None)
    moved = _transfers(found, who)
    return [
        _leg(number, agent, own, who, last if len(agents) == 1 else None)
        | moved.get(agent, {"transfer": None, "transfer_to": None})
        for number, (agent, own) in enumerate(agents.items(), start=1)
    ]


def _present(dialog: Dialog, who: list[Party]) -> list[int]:
    """Return the agents of a dialog, who joined first in front; of a text only the one who wrote it."""
    named = dialog.parties if not dialog.is_text or dialog.originator is None else (dialog.originator,)
    there = {who[index].agent_id: index for index in reversed(named) if index < len(who) and who[index].agent_id}
    return sorted(there.values(), key=lambda index: dialog.joined.get(index, dialog.start or _LATEST))


def _leg(number: int, agent: str, own: list[Dialog], who: list[Party], last: datetime | None) -> dict[str, Any]:
    """Return one leg. `last` is when the last text of the contact was written, where all of it is this agent's."""
    begins = [moment for dialog in own if (moment := _joined(dialog, agent, who) or dialog.start)]
    ends = [dialog.start if dialog.is_text and dialog.end is None else dialog.end for dialog in own]
    ends += [last] if last and all(dialog.is_text for dialog in own) else []
    known = [moment for moment in ends if moment]
    begin, end = min(begins, default=None), max(known, default=None) if len(known) == len(ends) else None
    alone = all(len(_present(dialog, who)) == 1 for dialog in own)  # else nobody knows whose minutes they were
    holds = [dialog.hold_s for dialog in own]
    hold = sum((one for one in holds if one is not None), Decimal(0)) if alone and None not in holds else None
    written = all(dialog.is_text and not dialog.is_mail for dialog in own)
    talk = _between(begin, end) if written else _recorded(own, agent, who, hold)
    return {
        "leg_no": number,
        "agent_id": agent,
        "started_at": begin,
        "answered_at": begin,
        "ended_at": end,
        "talk_s": talk if alone else None,
        "hold_s": hold,
        "outcome": "handled",
    }


def _joined(dialog: Dialog, agent: str, who: list[Party]) -> datetime | None:
    return next((at for index, at in dialog.joined.items() if index < len(who) and who[index].agent_id == agent), None)


def _between(begin: datetime | None, end: datetime | None) -> Decimal | None:
    """Return the time from the agent's first line of a chat to its last line; one line alone has no length."""
    if begin is None or end is None or end <= begin:
        return None
    return Decimal((end - begin) // timedelta(milliseconds=1)) / 1000


def _recorded(own: list[Dialog], agent: str, who: list[Party], hold: Decimal | None) -> Decimal | None:
    """Return the time of the recordings less hold; unknown where a length is, or where the agent joined later."""
    lengths = [dialog.duration_s for dialog in own if dialog.kind in RECORDED]
    late = any((at := _joined(one, agent, who)) and one.start and at > one.start for one in own)
    if late or None in lengths or len(lengths) < len(own):
        return None
    return max(Decimal(0), sum((one for one in lengths if one is not None), Decimal(0)) - (hold or 0))


def _transfers(found: list[Dialog], who: list[Party]) -> dict[str, dict[str, Any]]:
    """Return by agent how and to whom they passed the contact on."""
    out: dict[str, dict[str, Any]] = {}
    for dialog in found:
        if dialog.kind != "transfer":
            continue
        by = pick(dialog.raw, "transferor", int, dialog.place)
        if by is None or by >= len(who) or not who[by].agent_id:
            continue
        target = dialog.raw.get("transfer-target", dialog.raw.get("transfer_target"))
        to = who[target] if isinstance(target, int) and 0 <= target < len(who) else None
        kind = "attended" if dialog.raw.get("consultation") is not None else "blind"
        out[who[by].agent_id or ""] = {"transfer": kind, "transfer_to": to.id if to else None}
    return out
