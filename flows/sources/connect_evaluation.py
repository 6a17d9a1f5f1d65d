"""Amazon Connect evaluations: what people answered in evaluation forms. See docs/sources/connect_evaluation.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.reading.connect import People, tail
from flows.reading.contract import About
from flows.reading.documents import chunks
from flows.reading.json_pick import Misfit, items, moment, need, pick
from flows.reading.json_strict import literal
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.documents import Rows
    from schemas.errors import Where

Settings = People
ABOUT = About(
    "Amazon Connect evaluations",
    read={
        "evaluation": "contact_id agent_id evaluator_id form form_version section question_id question question_type "
        "answer points max_points score_percentage weight is_not_applicable is_automatic_fail note "
        "evaluation_percentage evaluated_at"
    },
    derived={"evaluation": "evaluation_id answered_by"},
)
_TYPES = {
    "NUMERIC": "number",
    "SINGLESELECT": "choice",
    "MULTISELECT": "choices",
    "TEXT": "text",
    "DATETIME": "date",
}


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield each evaluation as its answers."""
    return chunks(file, lambda document: _rows(document, file, settings))


def _rows(document: dict[str, Any], file: SourceFile, settings: Settings) -> Rows:
    if "evaluationId" not in document:
        raise Misfit("not_an_evaluation", None, "an exported evaluation with evaluationId", "evaluationId")
    metadata = need(document, "metadata", dict)
    whole = {
        "evaluation_id": f"{file.system}:{need(document, 'evaluationId', str)}",
        "contact_id": f"{file.system}:{need(document, 'metadata.contactId', str)}",
        "agent_id": settings.named(tail(pick(document, "metadata.agentId", str))),
        "evaluator_id": settings.named(pick(document, "metadata.evaluator", str)),
        "form": pick(document, "metadata.evaluationDefinitionTitle", str),
        "form_version": _text(metadata.get("evaluationDefinitionVersion")),
        "evaluation_percentage": _percentage(metadata, "metadata"),
        "evaluated_at": moment(document, "metadata.evaluationSubmitTimestamp"),
    }
    whole["updated_at"] = whole["evaluated_at"]
    by_machine = pick(document, "metadata.autoEvaluated", bool) or metadata.get("evaluationSource") == "AUTOMATED"
    sections = _sections(document)
    answers = [whole | _answer(one, place, by_machine) for place, one in items(document, "questions")]
    for row in answers:
        row["section"] = sections.get(row["section"])
    return {"evaluation": answers}


def _answer(question: dict[str, Any], place: str, by_machine: bool) -> dict[str, Any]:
    score = pick(question, "score", dict, place) or {}
    kind = need(question, "questionType", str, place)
    if kind not in _TYPES:
        raise Misfit("unknown_value", kind, f"one of {', '.join(_TYPES)}", f"{place}.questionType")
    said = pick(question, "answer.metadata.notApplicable", bool, place)
    system = pick(question, "answer.automation.status", str, place) == "SYSTEM_ANSWER"
    not_scored = pick(score, "notApplicable", bool, f"{place}.score")
    return {
        "question_id": need(question, "questionRefId", str, place),
        "section": pick(question, "sectionRefId", str, place),
        "question": pick(question, "questionText", str, place),
        "question_type": _TYPES[kind],
        "answer": _said(question, place),
        "answered_by": "machine" if by_machine or system else "person",
        "points": _number(score, "EarnedPoints", place),
        "max_points": _number(score, "MaxBasePoint", place),
        "score_percentage": _percentage(question, place),
        "weight": _number(score, "AppliedWeight", place),
        "is_not_applicable": None if said is None and not_scored is None else bool(said or not_scored),
        "is_automatic_fail": pick(score, "automaticFail", bool, f"{place}.score"),
        "note": pick(question, "answer.notes", str, place) or None,
    }


def _said(question: dict[str, Any], place: str) -> str | None:
    """Return the chosen options, else the number or text that was written; nothing was answered with nothing."""
    chosen = [
        need(one, "valueText", str, at)
        for at, one in items(question, "answer.values", place)
        if pick(one, "selected", bool, at)
    ]
    value = _text((pick(question, "answer", dict, place) or {}).get("value"))
    return "; ".join(chosen) or value or None


def _text(value: Any) -> str | None:
    return None if value is None else literal(value)


def _number(score: dict[str, Any], name: str, place: str) -> float | None:
    """Return a figure of the score; the interface writes it with a capital letter."""
    small = name[0].lower() + name[1:]
    return pick(score, name if name in score else small, float, f"{place}.score")


def _percentage(item: dict[str, Any], place: str) -> float | None:
    """Return a score; one that was not applicable is none, also where it is written as 0."""
    if pick(item, "score.notApplicable", bool, place):
        return None
    return pick(item, "score.percentage", float, place)


def _sections(document: dict[str, Any]) -> dict[str, str]:
    """Return the title of every section, with those of the sections it is in."""
    found = {need(one, "sectionRefId", str, place): one for place, one in items(document, "sections")}
    titles = {}
    for name in found:
        path: list[str] = []
        at: str | None = name
        walked: set[str] = set()
        while at in found and at not in walked:
            walked.add(at)
            path.insert(0, pick(found[at], "sectionTitle", str, at) or at)
            at = pick(found[at], "parentSectionRefId", str, at)
        titles[name] = " / ".join(path)
    return titles
