"""Calibration: of every session, how far its evaluators agree on each question, and who is stricter than the others.

A session is what evaluations name as their `session_id`. Computed every night from core.evaluation, from answers of
people alone: the same evaluations give the same figures.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.agreement import Estimate, agreement, alpha, fail_agreement, leniency
from schemas.errors import CallqaError
from schemas.tables import table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOT_APPLICABLE = "not_applicable"
# An evaluator's latest answer to a question about a leg counts, should there be several forms.
ANSWERS = """
SELECT session_id, coalesce(form, '') AS form, question_id, section, question, leg_id, evaluator_id,
    CASE WHEN is_not_applicable THEN 'not_applicable'
        WHEN score_percentage IS NOT NULL THEN round(score_percentage, 6)::VARCHAR ELSE answer END AS answer,
    CASE WHEN NOT coalesce(is_not_applicable, false) THEN round(score_percentage, 6) END AS score
FROM core.evaluation
WHERE session_id IS NOT NULL AND leg_id IS NOT NULL AND evaluator_id IS NOT NULL
    AND coalesce(answered_by, 'person') = 'person'
    AND (is_not_applicable OR score_percentage IS NOT NULL OR answer IS NOT NULL)
QUALIFY row_number() OVER (
    PARTITION BY session_id, form, question_id, leg_id, evaluator_id ORDER BY evaluated_at DESC, evaluation_id DESC
) = 1
ORDER BY session_id, form, question_id, leg_id, evaluator_id
"""
Row = dict[str, Any]


def calibrate(connection: DuckDBPyConnection) -> None:
    """Leave `stage.calibration` and `stage.calibration_evaluator` with the own columns of the tables of that name."""
    result = connection.execute(ANSWERS)
    names = [column[0] for column in result.description or []]
    answers = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    questions = [_question(list(own)) for _, own in groupby(answers, key=_by("session_id", "form", "question_id"))]
    people: list[Row] = []
    for _, own in groupby(answers, key=_by("session_id", "form")):
        people += _evaluators(list(own))
    for name, rows in (("calibration", questions), ("calibration_evaluator", people)):
        declared = table(name)
        connection.execute(f"DROP TABLE IF EXISTS stage.{name}")
        connection.execute(declared.ddl(f"stage.{name}", declared.own))
        columns = [column.name for column in declared.own]
        marks = ", ".join("?" for _ in columns)
        if rows:
            values = [[row.get(column) for column in columns] for row in rows]
            connection.executemany(f"INSERT INTO stage.{name} ({', '.join(columns)}) VALUES ({marks})", values)


def _by(*names: str) -> Any:
    return lambda row: tuple(row[name] for name in names)


def _question(answers: list[Row]) -> Row:
    """Return the row of one question of a session."""
    first, latest = answers[0], answers[-1]
    seed = f"{first['session_id']}|{first['form']}|{first['question_id']}"
    counts, words = _counts(answers, "answer")
    scored = [row for row in answers if row["score"] is not None]
    numbers, scores = _counts(scored, "score")
    scale = len(scores) > 2
    twice = counts[counts.sum(axis=1) >= 2]
    is_fail = np.array([_is_fail(word) for word in words], dtype=bool)
    figures = {
        "agreement": agreement(counts, seed),
        "alpha_nominal": alpha(counts, np.arange(len(words)), "nominal", seed),
        "alpha_ordinal": alpha(numbers, np.array(scores), "ordinal", seed) if scale else Estimate(None),
        "alpha_interval": alpha(numbers, np.array(scores), "interval", seed) if scale else Estimate(None),
        "fail_agreement": fail_agreement(counts, is_fail, seed),
    }
    row: Row = {name: first[name] for name in ("session_id", "form", "question_id")}
    row |= {name: latest[name] for name in ("section", "question")}
    row |= {
        "evaluators_n": len({one["evaluator_id"] for one in answers}),
        "legs_n": len(twice),
        "answers_n": int(twice.sum()),
        "fails_n": int(twice[:, is_fail].sum()),
    }
    for name, found in figures.items():
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return row | {"reason": _reasons(figures)}


def _evaluators(answers: list[Row]) -> list[Row]:
    """Return a row for every evaluator of a session: own scores against the mean of the others', answer by answer."""
    by_unit: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in answers:
        by_unit[row["question_id"], row["leg_id"]].append(row)
    out = []
    for person in sorted({row["evaluator_id"] for row in answers}):
        own = [row for row in answers if row["evaluator_id"] == person]
        legs = sorted({row["leg_id"] for row in own})
        sums, numbers = np.zeros(len(legs)), np.zeros(len(legs))
        for row in own:
            others = [
                one["score"]
                for one in by_unit[row["question_id"], row["leg_id"]]
                if one["evaluator_id"] != person and one["score"] is not None
            ]
            if row["score"] is not None and others:
                at = legs.index(row["leg_id"])
                sums[at] += row["score"] - sum(others) / len(others)
                numbers[at] += 1
        found = leniency(sums, numbers, f"{own[0]['session_id']}|{own[0]['form']}|{person}")
        out.append(
            {
                "session_id": own[0]["session_id"],
                "form": own[0]["form"],
                "evaluator_id": person,
                "legs_n": len(legs),
                "answers_n": len(own),
                "compared_n": int(numbers.sum()),
                "leniency": found.value,
                "leniency_low": found.low,
                "leniency_high": found.high,
                "reason": found.reason,
            }
        )
    return out


def _counts(answers: list[Row], name: str) -> tuple[Any, list[Any]]:
    """Return legs x values: how many evaluators gave each value; and the values in ascending order."""
    values = sorted({row[name] for row in answers})
    legs = sorted({row["leg_id"] for row in answers})
    counts = np.zeros((len(legs), len(values)))
    for row in answers:
        counts[legs.index(row["leg_id"]), values.index(row[name])] += 1
    return counts, values


def _is_fail(word: str) -> bool:
    try:
        return float(word) == 0
    except ValueError:
        return False


def _reasons(figures: dict[str, Estimate]) -> str | None:
    """Return why figures are unknown, each reason once with the figures it is about."""
    about: dict[str, list[str]] = {}
    for name, found in figures.items():
        if found.reason:
            about.setdefault(found.reason, []).append(name)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in about.items()) or None


def sessions(connection: DuckDBPyConnection) -> list[str]:
    """Return the sessions with figures. Raises CallqaError for a published file that is older than they are."""
    import duckdb

    try:
        rows = connection.execute("SELECT DISTINCT session_id FROM qa.calibration ORDER BY 1").fetchall()
    except duckdb.CatalogException:
        what = "the published file has no qa.calibration: it was made by an older callqa"
        raise CallqaError(what, fix="Run `callqa nightly`.") from None
    return [str(session) for (session,) in rows]
