"""What was said or written in a vCon: its text dialogs, turn by turn, and the transcripts of its recordings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows.reading.json_pick import Misfit, items, pick
from flows.reading.json_strict import BadJson, parse
from flows.reading.mail_body import Body
from flows.reading.mail_head import MessageRefused, read_head
from flows.reading.mail_html import to_text
from flows.reading.mail_quote import new_text
from flows.reading.mail_settings import Settings as MailSettings
from flows.reading.vcon_dialog import Dialog, when
from flows.reading.vcon_open import text_of
from flows.reading.vendor_transcripts import Piece, language, pieces

if TYPE_CHECKING:
    from flows.reading.vcon_parties import Party

_MARKS = {
    "agent": "agent",
    "mitarbeiter": "agent",
    "mitarbeiterin": "agent",
    "customer": "customer",
    "caller": "customer",
    "client": "customer",
    "kunde": "customer",
    "kundin": "customer",
    "anrufer": "customer",
    "bot": "bot",
    "system": "system",
}
# Only its caps on parts and depth are used; whose mail it is, the parties say.
_MAIL = MailSettings(agent_domains=("none.invalid",))


class Turns:
    """The turns of one vCon, as rows of `utterance` without the interaction's id; `unread` names what was not read."""

    def __init__(self, document: dict[str, Any], dialogs: list[Dialog], people: list[Party], began: datetime) -> None:
        """Read them. Raises Misfit."""
        self.dialogs, self.people, self.began = dialogs, people, began
        self.unread: list[str] = []
        self.languages: list[str] = []
        found = [row for dialog in dialogs if dialog.is_text for row in self._written(dialog)]
        for dialog, place, one in _transcripts(document, dialogs):
            found += self._spoken(dialog, place, one)
        order = sorted(
            range(len(found)), key=lambda at: (found[at]["start_ms"] is None, found[at]["start_ms"] or 0, at)
        )
        timed = all(row["start_ms"] is not None for row in found)
        self.rows = [found[at] for at in order] if timed else found
        for seq, row in enumerate(self.rows, start=1):
            row["seq"] = seq

    def _written(self, dialog: Dialog) -> list[dict[str, Any]]:
        """Return the one turn a text dialog is; none where it has no body or its body lies elsewhere."""
        text = self._body(dialog)
        if text is None:
            return []
        text = text.replace("\r\n", "\n")
        words = new_text(text) if dialog.is_mail else text
        return [self._row(dialog, Piece(words), dialog.originator, is_written=True)]

    def _body(self, dialog: Dialog) -> str | None:
        text = pick(dialog.raw, "body", str, dialog.place)
        if text is None:
            return None
        if (pick(dialog.raw, "encoding", str, dialog.place) or "none").lower() == "base64url":
            text = text_of(text, f"{dialog.place}.body")
        if dialog.media.startswith("multipart/"):
            media = pick(dialog.raw, "mediatype", str, dialog.place) or pick(dialog.raw, "mimetype", str, dialog.place)
            return self._mail(f"Content-Type: {media}\n\n{text}".encode())
        return to_text(text) if dialog.media == "text/html" else text

    def _mail(self, content: bytes) -> str | None:
        try:
            head = read_head(content, 0, len(content), _MAIL.header_kb << 10)
            return Body(content, _MAIL).text(head, len(content))
        except MessageRefused as problem:
            raise Misfit(problem.rule, problem.found, problem.expected, problem.field) from None

    def _spoken(self, dialog: Dialog, place: str, one: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the turns of a transcript."""
        body = one.get("body", one.get("transcript"))  # before version 0.0.1 it was called so
        if isinstance(body, str) and (pick(one, "encoding", str, place) or "").lower() in ("base64url", "json"):
            body = text_of(body, f"{place}.body") if one["encoding"].lower() == "base64url" else body
            try:
                body = parse(body.encode())
            except BadJson:
                body = body if one["encoding"].lower() == "base64url" else None
        found = pieces(body, f"{place}.body")
        if found is None:
            vendor = pick(one, "vendor", str, place) or pick(one, "vendor_schema", str, place) or "no vendor"
            self.unread.append(f"transcript of {vendor}"[:100])
            return []
        if spoken := language(body):
            self.languages.append(spoken)
        return [self._row(dialog, piece, self._party(dialog, piece)) for piece in found if piece.text.strip()]

    def _party(self, dialog: Dialog, piece: Piece) -> int | None:
        """Return who spoke, where the audio channel or the vendor says so; a mark alone is nobody."""
        if piece.party is not None:
            return piece.party
        if piece.channel is None:
            return None
        listed = dialog.channels or tuple((index,) for index in dialog.parties)
        own = listed[piece.channel] if piece.channel < len(listed) else ()
        return own[0] if len(own) == 1 else None

    def _row(self, dialog: Dialog, piece: Piece, party: int | None, *, is_written: bool = False) -> dict[str, Any]:
        who = self.people[party] if party is not None and party < len(self.people) else None
        start = when({"at": piece.at}, "at", dialog.place) if piece.at else dialog.start
        begin = _ms(start, self.began) if start else None
        is_relative = piece.at is None and not is_written
        if is_relative:  # seconds from the dialog's begin; without them nobody knows when it was said
            begin = None if begin is None or piece.start_s is None else begin + round(piece.start_s * 1000)
        end = None
        if begin is not None and piece.end_s is not None:
            end = begin + round((piece.end_s - (piece.start_s or 0 if is_relative else 0)) * 1000)
        return {
            "seq": 0,
            "speaker": who.speaker if who else _MARKS.get((piece.mark or "").lower(), "unknown"),
            "agent_id": who.agent_id if who else None,
            "start_ms": begin,
            "end_ms": end if end is None or begin is None or end >= begin else None,
            "text": piece.text,
            "confidence": piece.confidence,
        }


def _transcripts(document: dict[str, Any], dialogs: list[Dialog]) -> list[tuple[Dialog, str, dict[str, Any]]]:
    """Return for each dialog without a text of its own its transcript: the redacted one where there are two."""
    chosen: dict[int, tuple[str, dict[str, Any]]] = {}
    for place, one in items(document, "analysis"):
        kind = (pick(one, "type", str, place) or "").lower()
        if kind not in ("transcript", "transcript-redacted"):
            continue
        for number in _dialog_numbers(one):
            if number not in chosen or kind == "transcript-redacted":
                chosen[number] = (place, one)
    return [(one, *chosen[one.number]) for one in dialogs if not one.is_text and one.number in chosen]


def _dialog_numbers(one: dict[str, Any]) -> list[int]:
    found = one.get("dialog", 0)
    return [number for number in (found if isinstance(found, list) else [found]) if isinstance(number, int)]


def _ms(at: datetime, began: datetime) -> int:
    return max(0, round((at - began).total_seconds() * 1000))
