"""Reviews on their way out and in: worklists for evaluators, and the forms they hand in.

A worklist is blind: it shows no automatic score, not why a leg was drawn, and nobody else's answers. With a policy it
is a form to fill in, one line a question, and is handed in as it is.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from flows.cells import restore
from schemas.errors import CallqaError, InputRefused, UsageError, Where, nearest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from qa.sampling import Draw

Row = dict[str, Any]
NEEDED = ("leg_id", "question_id", "answer")
KNOWN = ("policy_id", "session_id", "plan_id", "note")
_IDS = ("leg_id", "question_id", "policy_id", "session_id", "plan_id")
COLUMNS = {
    "plan_id": "The plan the leg was drawn by.",
    "session_id": "The calibration session; empty for everyday reviews.",
    "leg_id": "The leg to evaluate: one agent's part of a contact.",
    "interaction_id": "The contact.",
    "contact_on": "Local date of the contact.",
    "channel": "Channel.",
    "queue": "Queue.",
    "language": "Language.",
    "agent_id": "The agent.",
    "policy_id": "The policy whose questions are asked.",
    "section": "Section.",
    "question_id": "The question.",
    "question": "What is asked.",
    "choices": "What can be answered.",
    "answer": "To be filled in, as choices says. Lines without an answer are not taken.",
    "note": "To be filled in where there is something to say.",
}


@dataclass(frozen=True)
class Period:
    """The local dates one draw covers, both included."""

    name: str
    start: date
    end: date


def period(day: str | None, week: str | None, month: str | None) -> Period:
    """Return the period of the one option that is given. Raises UsageError for none, several, or no date."""
    given = {"--date": day, "--week": week, "--month": month}
    chosen = {option: text for option, text in given.items() if text is not None}
    if len(chosen) != 1:
        raise UsageError("a draw covers one period", fix="Give --date, --week or --month.")
    ((option, text),) = chosen.items()
    try:
        if option == "--week":
            start = date.fromisoformat(f"{text}-1")
            return Period("week", start, start + timedelta(days=6))
        if option == "--month":
            start = date.fromisoformat(f"{text}-01")
            return Period("month", start, (start + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        return Period("day", date.fromisoformat(text), date.fromisoformat(text))
    except ValueError:
        expected = {"--date": "YYYY-MM-DD", "--week": "YYYY-Www, such as 2026-W14", "--month": "YYYY-MM"}[option]
        raise UsageError(f"{option} is none", found=text, expected=expected) from None


def worklist(draws: list[Draw], about: Row, questions: dict[str, list[Row]], *, with_agent: bool) -> pa.Table:
    """Return the lines of a worklist: one a leg, or one a question where a policy is given.

    `about` has plan_id, session_id and policy_id; `questions` the questions by leg, empty without a policy.
    """
    import pyarrow as pa

    lines = []
    for one in draws:
        leg = {name: getattr(one.leg, name) for name in ("leg_id", "interaction_id", "contact_on", "channel", "queue")}
        leg |= {"language": one.leg.language, "agent_id": one.leg.agent_id} | about
        lines += [leg | question for question in questions.get(one.leg.leg_id, [{}])]
    names = [name for name in COLUMNS if (with_agent or name != "agent_id") and (questions or not _asks(name))]
    schema = pa.schema([pa.field(name, pa.date32() if name == "contact_on" else pa.string()) for name in names])
    return pa.Table.from_pylist([{name: line.get(name) for name in names} for line in lines], schema=schema)


def questions_for(connection: DuckDBPyConnection, policy: str, draws: list[Draw]) -> dict[str, list[Row]]:
    """Return the questions to answer for every drawn leg, in the version in force on its day."""
    from qa.evaluations import choices, form_for, forms

    versions = forms(connection, policy)
    out = {}
    for one in draws:
        form = form_for(versions, one.leg.contact_on) or versions[0]
        out[one.leg.leg_id] = [
            {
                "section": section.title,
                "question_id": asked.id,
                "question": asked.text,
                "choices": " | ".join(choices(asked)),
            }
            for section, asked in form.questions()
        ]
    return out


def write_worklist(lines: pa.Table, form: str, sink: BinaryIO, about: dict[str, str]) -> int:
    """Write a worklist in one of the output formats; returns its lines."""
    from flows.write import Sheet, writer

    sheet = Sheet("Review worklist", tuple(about.items()), {name: COLUMNS[name] for name in lines.column_names})
    return writer(form).write(lines.to_reader(), sink, sheet)


def draw_rows(draws: list[Draw], span: Period, about: Row, by: str, seed: str, now: datetime) -> list[Row]:
    """Return the rows of core.review_draw."""
    return [
        {
            "leg_id": one.leg.leg_id,
            "interaction_id": one.leg.interaction_id,
            "agent_id": one.leg.agent_id,
            "period": span.name,
            "period_start": span.start,
            "queue": one.leg.queue,
            "channel": one.leg.channel,
            "drawn_as": one.drawn_as,
            "risk_reasons": list(one.leg.reasons),
            "inclusion_probability": one.probability,
            "population_n": one.population_n,
            "risk_n": one.risk_n,
            "random_n": one.random_n,
            "seed": seed,
            "drawn_by": by,
            "drawn_at": now,
        }
        | about
        for one in draws
    ]


@dataclass(frozen=True)
class Handed:
    """What a file holds: rows of core.evaluation, how many forms they make, and how many lines were left empty."""

    rows: list[Row]
    forms: int
    empty: int


def read_forms(
    connection: DuckDBPyConnection, path: Path, by: str, now: datetime, policy: str | None, session: str | None
) -> Handed:
    """Read a filled worklist. Raises CallqaError naming every line that is wrong: a form is taken whole or not."""
    from qa.evaluations import Filled, check_answers, evaluation_rows, form_for, forms, legs

    lines = _lines(path)
    answered = [line for line in lines if line["answer"].strip()]
    grouped, wrong = _grouped(answered, policy, session)
    known = legs(connection, {leg_id for leg_id, _, _ in grouped})
    versions = {name: forms(connection, name) for name in sorted({name for _, name, _ in grouped})}
    handed: list[Filled] = []
    for (leg_id, name, own_session), answers in grouped.items():
        if leg_id not in known:
            first = next(iter(answers.values()))["line"]
            wrong.append(f"line {first}: there is no handled leg {leg_id!r}. {nearest(leg_id, known) if known else ''}")
            continue
        form = form_for(versions[name], known[leg_id]["contact_on"]) or versions[name][0]
        wrong += check_answers(form, answers)
        handed.append(Filled(form, leg_id, known[leg_id], own_session, answers))
    if wrong:
        shown = "\n  ".join(wrong[:20])
        more = f"\n  and {len(wrong) - 20} more" if len(wrong) > 20 else ""
        raise CallqaError(f"nothing was taken, {len(wrong)} line(s) are wrong:\n  {shown}{more}\n", where=Where(path))
    return Handed(evaluation_rows(handed, by, now), len(handed), len(lines) - len(answered))


def _asks(name: str) -> bool:
    return name in ("policy_id", "section", "question_id", "question", "choices")


def _grouped(
    lines: list[Row], policy: str | None, session: str | None
) -> tuple[dict[tuple[str, str, str | None], dict[str, Row]], list[str]]:
    """Return the answers by form (leg, policy, session) and question, and what is wrong with them."""
    out: dict[tuple[str, str, str | None], dict[str, Row]] = {}
    wrong = []
    for line in lines:
        name = policy or line["policy_id"]
        if not (name and line["leg_id"] and line["question_id"]):
            missing = [key for key in ("leg_id", "question_id") if not line[key]] or ["policy_id (or --policy)"]
            wrong.append(f"line {line['line']}: {', '.join(missing)} is empty")
            continue
        form = out.setdefault((line["leg_id"], name, session or line["session_id"] or None), {})
        if line["question_id"] in form:
            wrong.append(f"line {line['line']}: {line['question_id']} of {line['leg_id']} is answered twice")
        form[line["question_id"]] = {"line": line["line"], "text": line["answer"], "note": line["note"].strip() or None}
    return out, wrong


def _lines(path: Path) -> list[Row]:
    """Return the lines of a CSV or JSON lines file with all columns we know, as texts. Raises InputRefused."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputRefused("not UTF-8", where=Where(path), fix="Save it as CSV UTF-8.") from None
    except OSError as problem:
        raise InputRefused(f"cannot be read: {problem.strerror}", where=Where(path)) from None
    raw = _json_lines(path, text) if path.suffix.lower() in (".jsonl", ".json") else _csv_lines(path, text)
    out = []
    for number, line in raw:
        missing = [name for name in NEEDED if name not in line]
        if missing:
            raise InputRefused(f"has no {', '.join(missing)}", where=Where(path, line=number), fix=_columns())
        known = {name: str(line.get(name) or "") for name in (*NEEDED, *KNOWN)}
        out.append(known | {name: restore(known[name].strip()) for name in _IDS} | {"line": number})
    if not out:
        raise InputRefused("has no lines", where=Where(path))
    return out


def _csv_lines(path: Path, text: str) -> list[tuple[int, Row]]:
    """Read delimited text: of comma, semicolon and tab, the one with which the header has our columns."""
    for delimiter in (",", ";", "\t"):
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            if set(NEEDED) <= set(reader.fieldnames or ()):
                return [(reader.line_num, line) for line in reader]
        except csv.Error as problem:
            raise InputRefused(f"no CSV: {problem}", where=Where(path, line=reader.line_num)) from None
    raise InputRefused("the columns are not there", where=Where(path, line=1), fix=_columns())


def _json_lines(path: Path, text: str) -> list[tuple[int, Row]]:
    import orjson

    out = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                found = orjson.loads(line)
            except orjson.JSONDecodeError as problem:
                raise InputRefused(f"no JSON: {problem}", where=Where(path, line=number)) from None
            if not isinstance(found, dict):
                raise InputRefused("is no object", where=Where(path, line=number), fix=_columns())
            out.append((number, found))
    return out


def _columns() -> str:
    return f"Needed: {', '.join(NEEDED)}; known besides: {', '.join(KNOWN)}."
