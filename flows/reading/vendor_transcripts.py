"""Transcripts as vendors write them: Deepgram, Whisper, SRT, ASS, lists of turns, or just text.

Every one becomes pieces with a text and, where the vendor says so, times and a speaker's mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flows.reading.json_pick import Misfit, items, pick

# More than this between two words is another piece, where a vendor gives words and no sentences.
_PAUSE_S = 1.5
_SRT = re.compile(
    r"(?m)^\s*\d{1,7}\s*\n\s*(\d{1,3}:\d\d:\d\d[,.]\d{1,3})\s*-->\s*(\d{1,3}:\d\d:\d\d[,.]\d{1,3})[^\n]*\n"
)
_ASS = re.compile(
    r"(?m)^Dialogue:\s*\d+,(\d{1,2}:\d\d:\d\d\.\d\d),(\d{1,2}:\d\d:\d\d\.\d\d),[^,\n]*,([^,\n]*),[^,\n]*,[^,\n]*,[^,\n]*,[^,\n]*,([^\n]*)$"
)
_ASS_MARKS = re.compile(r"\{[^{}]*\}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SAID_BY = re.compile(
    r"(?i)^\s*(agent|customer|caller|client|kunde|kundin|anrufer|mitarbeiter(?:in)?|bot|system)\s*:\s*"
)


@dataclass(frozen=True)
class Piece:
    """Some words. `mark` is the vendor's speaker, `channel` the audio channel, `party` an index of the parties."""

    text: str
    start_s: float | None = None
    end_s: float | None = None
    mark: str | None = None
    channel: int | None = None
    party: int | None = None
    at: str | None = None
    confidence: float | None = None


def pieces(body: Any, place: str) -> list[Piece] | None:
    """Return the pieces of a transcript; None for an unknown form. Raises Misfit for a known one that is broken."""
    if isinstance(body, str):
        return _text(body, None)
    if isinstance(body, list):
        return _turns(body, place)
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("results"), dict):
        return _deepgram(body, place)
    if isinstance(body.get("segments"), list):
        return _whisper(body, place)
    for key in ("transcript", "text"):
        if isinstance(body.get(key), str):
            return _text(body[key], _share(body, "confidence", place))
    return None


def language(body: Any) -> str | None:
    """Return the ISO 639-1 code a transcript names, None where it names none."""
    found = body.get("detected_language") or body.get("language") if isinstance(body, dict) else None
    return found[:2].lower() if isinstance(found, str) and re.fullmatch(r"[A-Za-z]{2}([-_].*)?", found) else None


def _deepgram(body: dict[str, Any], place: str) -> list[Piece]:
    channels = items(body, "results.channels", place)
    out: list[Piece] = []
    for number, (at, channel) in enumerate(channels):
        _, best = next(iter(items(channel, "alternatives", at)), (at, {}))
        where = f"{at}.alternatives.0"
        channel_no = number if len(channels) > 1 else None
        found = [
            _piece(one, spot, "start", "end", channel_no, text=" ".join(_texts(one, spot)), confidence=None)
            for spot, one in items(best, "paragraphs.paragraphs", where)
        ]
        out += found or _from_words(best, where, channel_no) or _text(pick(best, "transcript", str, where) or "", None)
    return sorted(out, key=lambda piece: piece.start_s if piece.start_s is not None else 0.0)


def _texts(paragraph: dict[str, Any], place: str) -> list[str]:
    return [pick(one, "text", str, spot) or "" for spot, one in items(paragraph, "sentences", place)]


def _from_words(best: dict[str, Any], place: str, channel: int | None) -> list[Piece]:
    """Join words to pieces: a new one where the speaker changes or nobody spoke for a while."""
    out: list[Piece] = []
    words: list[Piece] = []
    for spot, one in items(best, "words", place):
        text = pick(one, "punctuated_word", str, spot) or pick(one, "word", str, spot) or ""
        word = _piece(one, spot, "start", "end", channel, text=text, confidence=_share(one, "confidence", spot))
        if words and (word.mark != words[-1].mark or (word.start_s or 0) - (words[-1].end_s or 0) > _PAUSE_S):
            out.append(_joined(words))
            words = []
        words.append(word)
    return out + ([_joined(words)] if words else [])


def _joined(words: list[Piece]) -> Piece:
    sure = [word.confidence for word in words if word.confidence is not None]
    return Piece(
        " ".join(word.text for word in words),
        words[0].start_s,
        words[-1].end_s,
        words[0].mark,
        words[0].channel,
        confidence=sum(sure) / len(sure) if sure else None,
    )


def _whisper(body: dict[str, Any], place: str) -> list[Piece]:
    return [
        _piece(one, spot, "start", "end", None, text=(pick(one, "text", str, spot) or "").strip(), confidence=None)
        for spot, one in items(body, "segments", place)
    ]


def _piece(
    one: dict[str, Any], place: str, start: str, end: str, channel: int | None, *, text: str, confidence: float | None
) -> Piece:
    mark = one.get("speaker")
    begin, stop = _seconds(one, start, place), _seconds(one, end, place)
    return Piece(text, begin, stop, None if mark is None else str(mark)[:100], channel, confidence=confidence)


def _turns(body: list[Any], place: str) -> list[Piece]:
    """Turns with points in time and indexes of parties, as redaction tools write them."""
    out = []
    for number, one in enumerate(body):
        spot = f"{place}.{number}"
        if not isinstance(one, dict):
            raise Misfit("wrong_shape", None, "an object", spot)
        parties = one.get("parties", one.get("speaker"))
        party = parties[0] if isinstance(parties, list) and parties else parties
        out.append(
            Piece(
                pick(one, "text", str, spot) or pick(one, "message", str, spot) or "",
                end_s=_seconds(one, "duration", spot),
                party=party if isinstance(party, int) and not isinstance(party, bool) else None,
                mark=party[:100] if isinstance(party, str) else None,
                at=pick(one, "start", str, spot) if isinstance(one.get("start"), str) else None,
            )
        )
    return out


def _text(text: str, confidence: float | None) -> list[Piece]:
    text = text.replace("\r\n", "\n")
    if _SRT.search(text):
        parts = _SRT.split(text)[1:]
        return [
            Piece(" ".join(words.split()), _clock(start), _clock(end))
            for start, end, words in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        ]
    if "[Events]" in text and _ASS.search(text):
        return [
            Piece(
                " ".join(_ASS_MARKS.sub("", words).replace("\\N", " ").split()),
                _clock(start),
                _clock(end),
                name or None,
            )
            for start, end, name, words in _ASS.findall(text)
        ]
    found = [part.strip() for part in _PARAGRAPH.split(text) if part.strip()]
    if len(found) == 1:  # one paragraph: perhaps a turn a line
        lines = [line.strip() for line in found[0].split("\n") if line.strip()]
        found = lines if len(lines) > 1 and all(_SAID_BY.match(line) for line in lines) else found
    return [_said(part, confidence) for part in found]


def _said(text: str, confidence: float | None) -> Piece:
    match = _SAID_BY.match(text)
    words = text[match.end() :] if match else text
    return Piece(words, mark=match.group(1).lower() if match else None, confidence=confidence)


def _clock(text: str) -> float:
    hours, minutes, seconds = text.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _seconds(one: dict[str, Any], name: str, place: str) -> float | None:
    value = pick(one, name, float, place)
    if value is not None and not 0 <= value < 1e7:
        raise Misfit("bad_number", str(value)[:50], "seconds, 0 or more", f"{place}.{name}")
    return value


def _share(one: dict[str, Any], name: str, place: str) -> float | None:
    value = pick(one, name, float, place)
    return value if value is not None and 0 <= value <= 1 else None
