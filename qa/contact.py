"""A scored contact as people read it: the turns of each agent's part, what the answers point at, and the scores.

Everything comes from the published rows; the scores are explained (`qa.explain`), so each is computed again first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from qa.explain import Explanation, explain
from schemas.errors import CallqaError, UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ABOUT = "leg_id, leg_no, agent_id, team, contact_on, channel, direction, queue, topic, language, text_state"


@dataclass(frozen=True)
class Mark:
    """One answer that points at a turn: the question, its outcome, and the words, where they are not the whole turn."""

    question: str
    text: str
    outcome: str
    words: str | None = None


@dataclass
class Turn:
    """One utterance or mail. `start_ms` counts from the part's first turn, None without times."""

    seq: int
    turn_no: int
    speaker: str
    start_ms: int | None
    subject: str | None
    text: str
    marks: list[Mark] = field(default_factory=list)

    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text in pieces, each with whether marked words stand in it; together they are the text."""
        spans = sorted(_spans(self.text, [mark.words for mark in self.marks if mark.words]))
        out, at = list[tuple[str, bool]](), 0
        for start, end in spans:
            if end <= at:
                continue
            out.append((self.text[at : max(at, start)], False))
            out.append((self.text[max(at, start) : end], True))
            at = end
        return [piece for piece in [*out, (self.text[at:], False)] if piece[0]]


@dataclass
class Part:
    """One agent's part of a contact: facts, turns, scores. Without text there are no turns, and `silence` says why."""

    about: dict[str, Any]
    turns: list[Turn]
    scores: list[Explanation]

    @property
    def silence(self) -> str | None:
        """Return why there is nothing to read; None where there is."""
        if self.turns:
            return None
        if self.about["text_state"] == "not_separable":
            return "The transcript does not say which agent spoke: it is put to none of them."
        return "There is no transcript of this contact."


@dataclass
class Contact:
    """All scored or handled parts of an interaction, or the one asked for."""

    interaction_id: str
    parts: list[Part]

    def to_dict(self, *, with_agent: bool) -> dict[str, Any]:
        """Return plain values for JSON; without `with_agent` no agent is named."""
        found: dict[str, Any] = {
            "interaction_id": self.interaction_id,
            "parts": [
                {
                    "about": part.about | ({} if with_agent else {"agent_id": None}),
                    "turns": [asdict(turn) for turn in part.turns],
                    "scores": [score.to_dict() for score in part.scores],
                }
                for part in self.parts
            ],
        }
        for part in found["parts"] if not with_agent else ():
            for score in part["scores"]:
                score["score"]["agent_id"] = None
        return found


def contact(connection: DuckDBPyConnection, ref: str, policy: str | None = None) -> Contact:
    """Return a leg, or all parts of an interaction, with their turns and scores.

    Raises UsageError when there is none, CallqaError when a stored score cannot be reproduced.
    """
    legs = _rows(
        connection,
        f"SELECT interaction_id, {ABOUT} FROM core.leg_context WHERE leg_id = $ref OR interaction_id = $ref "
        "ORDER BY leg_no, leg_id",
        {"ref": ref},
    )
    if not legs:
        raise UsageError(
            f"no handled contact {ref!r}",
            fix="Take a leg_id or interaction_id: callqa sql -c 'SELECT leg_id FROM qa.score LIMIT 5'",
        )
    parts = [_part(connection, leg, policy) for leg in legs]
    if policy and not any(part.scores for part in parts):
        raise CallqaError(f"no score of {ref!r} under {policy!r}")
    return Contact(str(legs[0]["interaction_id"] or legs[0]["leg_id"]), parts)


def _part(connection: DuckDBPyConnection, leg: dict[str, Any], policy: str | None) -> Part:
    key = {"leg": leg["leg_id"]}
    query = "SELECT seq, turn_no, speaker, start_ms, subject, text FROM core.turn WHERE leg_id = $leg ORDER BY turn_no"
    turns = [Turn(**{**row, "text": row["text"] or ""}) for row in _rows(connection, query, key)]
    scores = explain(connection, leg["leg_id"], policy).found if _has(connection, leg, policy) else []
    by_seq = {turn.seq: turn for turn in turns}
    for score in scores:
        for section in score.parts:
            for answer in section.answers:
                for hit in answer.evidence if isinstance(answer.evidence, list) else []:
                    turn = by_seq.get(hit.get("seq"))
                    if turn:
                        words = _words(turn.text, str(hit.get("quote") or ""))
                        turn.marks.append(Mark(answer.question, answer.text, answer.outcome, words))
    return Part({name: value for name, value in leg.items() if name != "interaction_id"}, turns, scores)


def _has(connection: DuckDBPyConnection, leg: dict[str, Any], policy: str | None) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM qa.score WHERE leg_id = ? AND policy_id = coalesce(?, policy_id))"
    return connection.execute(query, [leg["leg_id"], policy]).fetchone() == (True,)


def _words(text: str, quote: str) -> str | None:
    """Return the quote where it is a part of the text; None where it is all of it, or its cut beginning."""
    bare = quote.strip().rstrip("…").strip()
    return bare if bare and bare in text and not text.startswith(bare) and len(bare) < len(text.strip()) else None


def _spans(text: str, words: list[str | None]) -> list[tuple[int, int]]:
    return [(text.index(word), text.index(word) + len(word)) for word in words if word and word in text]


def _rows(connection: DuckDBPyConnection, query: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(query, params)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
