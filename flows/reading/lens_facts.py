"""What the analysis in a Contact Lens or Transcribe document found. Sentiment and loudness are never read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading.json_pick import Misfit, items, need, pick
from flows.reading.lens_turns import Turns, party

if TYPE_CHECKING:
    from collections.abc import Iterator

Fact = dict[str, Any]
_CHARACTERISTICS = "ConversationCharacteristics"
_IN_TURNS = {"IssuesDetected": "issue", "OutcomesDetected": "outcome", "ActionItemsDetected": "action_item"}


def facts(document: dict[str, Any], turns: Turns) -> list[Fact]:
    """Return the facts in the order of the document. Raises Misfit."""
    found = [*_whole(document), *_spans(document), *_responses(document), *_categories(document, turns)]
    found += [*_in_turns(turns)]
    return [{"fact_no": number, **fact} for number, fact in enumerate(found, start=1)]


def _whole(document: dict[str, Any]) -> Iterator[Fact]:
    """Yield numbers and the summary of the conversation as a whole, and those of each participant."""
    for name, path in (
        ("conversation_ms", "TotalConversationDurationMillis"),
        ("talk_ms", "TalkTime.TotalTimeMillis"),
        ("non_talk_ms", "NonTalkTime.TotalTimeMillis"),
        ("interruption_n", "Interruptions.TotalCount"),
        ("interruption_ms", "Interruptions.TotalTimeMillis"),
        ("greeting_ms", "ResponseTime.AgentGreetingTimeMillis"),
    ):
        value = pick(document, f"{_CHARACTERISTICS}.{path}", float)
        if value is not None:
            yield _fact(name, value=value)
    for name, path, key in (
        ("talk_ms", "TalkTime.DetailsByParticipant", "TotalTimeMillis"),
        ("talk_wpm", "TalkSpeed.DetailsByParticipant", "AverageWordsPerMinute"),
    ):
        for role, place, details in _by_role(document, f"{_CHARACTERISTICS}.{path}"):
            value = pick(details, key, float, place)
            if value is not None:
                yield _fact(name, party=party(role), value=value)
    summary = pick(document, f"{_CHARACTERISTICS}.ContactSummary.PostContactSummary.Content", str)
    if summary:
        yield _fact("summary", detail=summary)


def _spans(document: dict[str, Any]) -> Iterator[Fact]:
    for place, one in items(document, f"{_CHARACTERISTICS}.NonTalkTime.Instances"):
        yield _fact("non_talk", **_times(one, place))
    path = f"{_CHARACTERISTICS}.Interruptions.InterruptionsByInterrupter"
    for role in pick(document, path, dict) or {}:
        for place, one in items(pick(document, path, dict), role, path):
            yield _fact("interruption", party=party(role), **_times(one, place))


def _responses(document: dict[str, Any]) -> Iterator[Fact]:
    path = f"{_CHARACTERISTICS}.ResponseTime.DetailsByParticipantRole"
    for role, place, details in _by_role(document, path):
        for name, key in (("response_mean_ms", "Average"), ("response_max_ms", "Maximum")):
            value = pick(details, f"{key}.ValueMillis", float, place)
            if value is not None:
                yield _fact(name, party=party(role), value=value)


def _categories(document: dict[str, Any], turns: Turns) -> Iterator[Fact]:
    """Yield each matched category at each of its places, once without a place where there is none."""
    path = "Categories.MatchedDetails"
    details = pick(document, path, dict) or {}
    for name in pick(document, "Categories.MatchedCategories", list) or []:
        if not isinstance(name, str):
            raise Misfit("wrong_shape", None, "a text", "Categories.MatchedCategories")
        points = items(details.get(name), "PointsOfInterest", f"{path}.{name}")
        for place, point in points:
            written = items(point, "TranscriptItems", place)
            for at, item in written:
                yield _fact("category", detail=name, turn_seq=turns.numbers.get(need(item, "Id", str, at)))
            if not written:
                yield _fact("category", detail=name, **_times(point, place))
        if not points:
            yield _fact("category", detail=name)


def _in_turns(turns: Turns) -> Iterator[Fact]:
    for seq, place, item in turns.items:
        if seq is None:
            continue
        for key, name in _IN_TURNS.items():
            for at, one in items(item, key, place):
                yield _fact(name, detail=pick(one, "Text", str, at) or _part(item, one, place, at), turn_seq=seq)
        for at, one in items(item, "Redaction.RedactedTimestamps", place):
            yield _fact("redaction", turn_seq=seq, **_times(one, at))


def _part(item: dict[str, Any], one: dict[str, Any], place: str, at: str) -> str | None:
    """Return the part of the turn an issue is about, where its words are not given again."""
    begin = pick(one, "CharacterOffsets.Begin", int, at)
    end = pick(one, "CharacterOffsets.End", int, at)
    return (
        None if begin is None or end is None else (pick(item, "Content", str, place) or "")[max(begin, 0) : max(end, 0)]
    )


def _by_role(document: dict[str, Any], path: str) -> Iterator[tuple[str, str, Any]]:
    for role, details in (pick(document, path, dict) or {}).items():
        yield role, f"{path}.{role}", details


def _times(one: dict[str, Any], place: str) -> Fact:
    begin, end = (pick(one, name, int, place) for name in ("BeginOffsetMillis", "EndOffsetMillis"))
    return {"begin_ms": begin, "end_ms": end}


def _fact(name: str, **values: Any) -> Fact:
    empty = dict.fromkeys(("party", "value", "detail", "begin_ms", "end_ms", "turn_seq"))
    return {"name": name, **empty, **values}
