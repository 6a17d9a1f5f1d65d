"""Evaluations by people: the form they fill in, what their answers may look like, and what the filled form is worth.

A form is a policy's questions, those left to people included. What it is worth is computed like a score (qa/score.sql),
from the evaluator's answers alone: no automatic answer is in it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError, Where, nearest
from schemas.policy import Shape
from schemas.tables import table
from schemas.typed import build

if TYPE_CHECKING:
    from datetime import date, datetime

    from duckdb import DuckDBPyConnection

    from schemas.policy import Question, Section

Row = dict[str, Any]
SPELLINGS = {
    "pass": ("pass", "yes", "ja", "y", "j"),
    "fail": ("fail", "no", "nein", "n"),
    "not_applicable": ("not_applicable", "n/a", "na", "entfällt"),
}


@dataclass(frozen=True)
class Form:
    """One version of a policy, as people fill it in."""

    policy_id: str
    version: int
    start: date
    end: date | None
    shape: Shape

    def questions(self) -> list[tuple[Section, Question]]:
        """Return all questions in their order, those left to people included."""
        return [(section, one) for section in self.shape.sections for one in section.questions]


def forms(connection: DuckDBPyConnection, policy_id: str) -> list[Form]:
    """Return the versions of a published policy, the newest first. Raises UsageError naming the nearest policy."""
    rows = connection.execute(
        "SELECT policy_version, effective_from, effective_to, content FROM qa.policy WHERE policy_id = ? "
        "ORDER BY policy_version DESC",
        [policy_id],
    ).fetchall()
    if not rows:
        known = {name for (name,) in connection.execute("SELECT DISTINCT policy_id FROM qa.policy").fetchall()}
        fix = nearest(policy_id, known) if known else "No night has used a policy yet."
        raise UsageError("no such policy", found=policy_id, fix=fix)
    return [
        Form(policy_id, version, start, end, build(Shape, json.loads(content), lambda name: Where(field=name)))
        for version, start, end, content in rows
    ]


def form_for(versions: list[Form], day: date) -> Form | None:
    """Return the newest version in force on a day of contact; None when there is none."""
    return next((form for form in versions if form.start <= day and (form.end is None or day <= form.end)), None)


@dataclass(frozen=True)
class Answer:
    """One answer: the outcome, its score from 0 to 1 (None where it does not apply), and how it reads."""

    word: str
    outcome: str
    score: float | None
    points: float | None = None


def choices(one: Question) -> list[str]:
    """Return what can be answered, as it stands on a worklist."""
    return [*(step.name for step in one.steps or ()), *([] if one.steps else ["pass", "fail"]), "n/a"]


def read_answer(text: str, one: Question) -> Answer:
    """Return the answer a text stands for: a step of the question's scale, or pass or fail where it has none.

    Raises ValueError for another text.
    """
    word = text.strip().casefold()
    if word in SPELLINGS["not_applicable"]:
        return Answer("not_applicable", "not_applicable", None)
    for step in one.steps:
        if word == step.name.casefold():
            outcome = "pass" if step.points >= one.passes_from else "fail"
            return Answer(step.name, outcome, one.score(step.points), step.points)
    for outcome in () if one.steps else ("pass", "fail"):
        if word in SPELLINGS[outcome]:
            return Answer(outcome, outcome, float(outcome == "pass"))
    raise ValueError(text)


def percentages(filled_in: list[tuple[Form, dict[str, Answer]]]) -> list[float | None]:
    """Return what filled forms are worth in percent, by the arithmetic of qa/score.sql; questions left out are open.

    None where too little was answered, as the policy's `min_coverage` says.
    """
    from qa import scoring
    from warehouse.connect import open_memory

    with open_memory() as connection:
        connection.execute("CREATE SCHEMA stage")
        connection.execute("CREATE SCHEMA core")
        connection.execute(f"CREATE TABLE core.leg_context ({_CONTEXT})")
        scoring.settings(connection, [])
        for name in ("answer", "score"):
            connection.execute(table(name).ddl(f"stage.{name}", table(name).own))
        for number, (form, answers) in enumerate(filled_in):
            _stage(connection, f"{number}", form, answers)
        scoring.score(connection, "")
        found = dict(connection.execute("SELECT leg_id, final FROM stage.score").fetchall())
    return [found.get(f"{number}") for number in range(len(filled_in))]


# What the arithmetic only passes on.
_CONTEXT = (
    "leg_id VARCHAR, interaction_id VARCHAR, agent_id VARCHAR, contact_on DATE, interaction_version BIGINT, "
    "leg_version BIGINT, transcript_version BIGINT"
)


def _stage(connection: DuckDBPyConnection, number: str, form: Form, answers: dict[str, Answer]) -> None:
    """Stage one form as answers to a policy of its own."""
    key = {"policy_id": number, "policy_version": form.version}
    _insert(connection, "core.leg_context", {"leg_id": number})
    marks = {"pass_mark": form.shape.pass_mark, "min_coverage": form.shape.min_coverage}
    _insert(connection, "stage.policy_setting", key | {"policy_hash": ""} | marks)
    for section, one in form.questions():
        about = {"section_weight": section.weight, "critical": one.critical, "fatal": one.fatal, "bonus": one.bonus}
        _insert(connection, "stage.question", key | {"question_id": one.id} | about)
        given = answers.get(one.id, Answer("", "unknown", None))
        row = key | {"leg_id": number, "question_id": one.id, "section_id": section.id, "weight": one.weight}
        row |= {"outcome": given.outcome, "score": given.score, "is_exception": False, "is_advisory": one.advisory}
        _insert(connection, "stage.answer", row)


def _insert(connection: DuckDBPyConnection, name: str, row: Row) -> None:
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def legs(connection: DuckDBPyConnection, wanted: set[str]) -> dict[str, Row]:
    """Return interaction, agent and day of the legs that exist."""
    result = connection.execute(
        "SELECT leg_id, interaction_id, agent_id, contact_on FROM core.leg_context WHERE list_contains(?, leg_id)",
        [sorted(wanted)],
    )
    return {row[0]: {"interaction_id": row[1], "agent_id": row[2], "contact_on": row[3]} for row in result.fetchall()}


@dataclass(frozen=True)
class Filled:
    """One form as it was handed in: `answers` by question, each with `text` and `note` as they stand in the file."""

    form: Form
    leg_id: str
    leg: Row
    session: str | None
    answers: dict[str, Row]

    def read(self) -> dict[str, Answer]:
        """Return the answers by question. Raises ValueError; see `check_answers`."""
        asked = {one.id: one for _, one in self.form.questions()}
        return {name: read_answer(answer["text"], asked[name]) for name, answer in self.answers.items()}


def evaluation_rows(forms: list[Filled], by: str, now: datetime) -> list[Row]:
    """Return the rows of core.evaluation; a form by the same person, for the same leg, replaces the earlier one."""
    read = [one.read() for one in forms]
    worth = percentages([(one.form, answers) for one, answers in zip(forms, read, strict=True)])
    return [
        row
        for one, answers, percentage in zip(forms, read, worth, strict=True)
        for row in _rows(one, answers, percentage, by, now)
    ]


def _rows(handed: Filled, answers: dict[str, Answer], percentage: float | None, by: str, now: datetime) -> list[Row]:
    form = handed.form
    parts = "\n".join([by, handed.leg_id, form.policy_id, handed.session or ""])
    base = {
        "evaluation_id": f"review:{hashlib.sha256(parts.encode()).hexdigest()[:16]}",
        "interaction_id": handed.leg["interaction_id"],
        "leg_id": handed.leg_id,
        "agent_id": handed.leg["agent_id"],
        "evaluator_id": by,
        "session_id": handed.session,
        "form": form.policy_id,
        "form_version": str(form.version),
        "question_type": "choice",
        "answered_by": "person",
        "evaluation_percentage": percentage,
        "evaluated_at": now,
    }
    rows = []
    for section, one in form.questions():
        if one.id in answers:
            given = answers[one.id]
            own: Row = {"section": section.title, "question_id": one.id, "question": one.text, "answer": given.word}
            own |= {"score_percentage": None if given.score is None else round(100 * given.score, 6)}
            own |= {"points": given.points, "max_points": max((step.points for step in one.steps), default=None)}
            own |= {"weight": one.weight, "note": handed.answers[one.id]["note"]}
            own |= {"is_not_applicable": given.score is None}
            own |= {"is_automatic_fail": one.fatal == "policy" and given.outcome == "fail"}
            rows.append(base | own)
    return rows


def check_answers(form: Form, answers: dict[str, Row]) -> list[str]:
    """Return in words what is wrong with the answers of one form."""
    known = {one.id: one for _, one in form.questions()}
    out = []
    for name, answer in answers.items():
        if name not in known:
            what = f"{form.policy_id} version {form.version} does not ask {name!r}. {nearest(name, known)}"
            out.append(f"line {answer['line']}: {what}")
            continue
        try:
            read_answer(answer["text"], known[name])
        except ValueError:
            expected = ", ".join(choices(known[name]))
            out.append(f"line {answer['line']}: no answer: found {answer['text'][:80]!r}, expected {expected}")
    return out
