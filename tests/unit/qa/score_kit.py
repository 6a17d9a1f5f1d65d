"""Answers straight into qa/score.sql: many invented legs in one run of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa
from judge_kit import LEG, database, rows

from qa import scoring
from schemas.tables import table

POINTS = {"pass": 1.0, "fail": 0.0}


@dataclass(frozen=True)
class Asked:
    """One question of an invented policy and its answer."""

    outcome: str
    weight: float = 1.0
    section: str = "s"
    section_weight: float = 100.0
    fatal: str | None = None
    bonus: float = 0.0
    critical: str | None = None
    part: float | None = None  # on a scale: the share earned
    is_advisory: bool = False

    @property
    def score(self):
        return POINTS.get(self.outcome) if self.part is None else self.part

    def answered(self, outcome):
        return replace(self, outcome=outcome, part=None)


def scores(cases, pass_mark=80.0, min_coverage=0.0, bands=()):
    """Score each case (a list of Asked) as a leg under its own policy; returns one row of qa.score per case."""
    connection = database()
    answers, questions, marks, legs = [], [], [], []
    for number, case in enumerate(cases):
        name = f"p{number}"
        marks.append([name, 1, "hash", pass_mark, min_coverage])
        legs.append(LEG | {"leg_id": name})
        for at, one in enumerate(case):
            answer = [name, name, 1, f"q{at}", one.section, one.outcome, one.score, one.weight]
            answers.append([*answer, False, one.is_advisory])
            questions.append([name, 1, f"q{at}", one.section_weight, one.critical, one.fatal, one.bonus])
    scoring.settings(connection, [])
    for kind in ("answer", "score"):
        connection.execute(f"DROP TABLE IF EXISTS stage.{kind}")
        connection.execute(table(kind).ddl(f"stage.{kind}", table(kind).own))
    names = ["leg_id", "policy_id", "policy_version", "question_id", "section_id", "outcome", "score", "weight"]
    names += ["is_exception", "is_advisory"]
    fill(connection, "stage.answer", names, answers)
    fill(connection, "stage.question", None, questions)
    fill(connection, "stage.policy_setting", None, marks)
    fill(connection, "stage.band", None, [[f"p{n}", 1, *band] for n in range(len(cases)) for band in bands])
    fill(connection, "core.leg_context", list(LEG | {"leg_id": ""}), [list(leg.values()) for leg in legs])
    scoring.score(connection, "t")
    found = {row["leg_id"]: row for row in rows(connection, "SELECT * FROM stage.score")}
    return [found.get(f"p{number}") for number in range(len(cases))]


def fill(connection, name, columns, values):
    if values:
        names = columns or [column for (column, *_) in connection.execute(f"DESCRIBE {name}").fetchall()]
        batch = pa.table({column: [row[at] for row in values] for at, column in enumerate(names)})
        connection.register("batch", batch)
        connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM batch")
        connection.unregister("batch")


def score(*case, **settings):
    return scores([list(case)], **settings)[0]
