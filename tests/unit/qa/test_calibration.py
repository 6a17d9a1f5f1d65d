"""Calibration sessions from stored evaluations: agreement by question, leniency by evaluator."""

from __future__ import annotations

import duckdb
import pytest

from qa.calibration import calibrate
from schemas.table import DUCKDB
from schemas.tables import table

NAMES = ["evaluation_id", "session_id", "form", "question_id", "leg_id", "evaluator_id", "score_percentage"]


@pytest.fixture
def con():
    connection = duckdb.connect()
    connection.execute("ATTACH ':memory:' AS stage")
    connection.execute("CREATE SCHEMA core")
    columns = ", ".join(f"{column.name} {DUCKDB[column.type]}" for column in table("evaluation").own)
    connection.execute(f"CREATE TABLE core.evaluation ({columns})")
    return connection


def judge(connection, evaluator, scores, session="march", question="greeting", **own):
    """One evaluator's scores for legs 1, 2, 3, …; "-" is not applicable, None was not answered."""
    for number, score in enumerate(scores, start=1):
        if score is None:
            continue
        leg, is_na = f"s:{number}/1", score == "-"
        row = dict(
            zip(
                NAMES,
                [f"{evaluator}{session}{number}", session, "p", question, leg, evaluator, None if is_na else score],
                strict=True,
            )
        )
        row |= {"is_not_applicable": is_na, "answered_by": "person"} | own
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO core.evaluation ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def computed(connection, name="calibration"):
    calibrate(connection)
    result = connection.execute(f"SELECT * FROM stage.{name} ORDER BY ALL")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_missing_answers_and_not_applicable_are_told_apart(con):
    judge(con, "kim", [100.0, 0.0, 100.0, "-", 100.0, 0.0, None])
    judge(con, "lee", [100.0, 0.0, 100.0, "-", 0.0, 0.0, 100.0])
    judge(con, "max", [None, 0.0, 100.0, 0.0, 100.0, None, None])
    (row,) = computed(con)
    assert (row["evaluators_n"], row["legs_n"], row["answers_n"], row["fails_n"]) == (3, 6, 16, 7)
    # Pairs: legs 1 and 6 one each, agreed; 2 and 3 three each, agreed; 4 and 5 three each, one agreed.
    assert row["agreement"] == pytest.approx(10 / 14, abs=1e-6)
    # Of the fails: leg 2 three with company of two, leg 6 two with company of one, legs 4 and 5 one alone each.
    assert row["fail_agreement"] == pytest.approx((3 * 2 + 2 * 1) / (3 * 2 + 2 * 1 + 2 + 2), abs=1e-6)
    assert row["alpha_nominal_low"] <= row["alpha_nominal"] <= row["alpha_nominal_high"]
    assert row["alpha_ordinal"] is None


def test_a_scale_of_three_scores_has_an_order(con):
    judge(con, "kim", [100.0, 50.0, 0.0, 50.0, 100.0, 0.0])
    judge(con, "lee", [100.0, 50.0, 50.0, 50.0, 50.0, 0.0])
    (row,) = computed(con)
    assert row["alpha_nominal"] < row["alpha_ordinal"] <= 1
    # By hand: two pairs half a point apart; pooled 3 x 0, 6 x 50, 3 x 100.
    assert row["alpha_interval"] == pytest.approx(1 - (4 * 0.25 / 12) / (2 * (18 * 0.25 + 18 * 0.25 + 9) / (12 * 11)))


def test_all_the_same_answer_is_agreement_without_alpha(con):
    for person in ("kim", "lee"):
        judge(con, person, [100.0] * 6)
    (row,) = computed(con)
    assert (row["agreement"], row["alpha_nominal"], row["fail_agreement"]) == (1.0, None, None)
    assert row["reason"] == (
        "alpha_nominal: everybody gave the same answer: nothing to agree about by chance; "
        "fail_agreement: nobody failed anything"
    )


def test_leniency_is_own_score_minus_the_mean_of_the_others(con):
    judge(con, "kim", [100.0, 100.0, 100.0, 0.0, 100.0, 100.0])
    judge(con, "lee", [0.0, 100.0, 100.0, 0.0, 0.0, 100.0])
    judge(con, "max", [0.0, 100.0, None, 0.0, "-", 0.0])
    found = {row["evaluator_id"]: row for row in computed(con, "calibration_evaluator")}
    assert found["kim"]["leniency"] == pytest.approx((100 + 0 + 0 + 0 + 100 + 50) / 6, abs=1e-6)
    assert found["lee"]["leniency"] == pytest.approx((-50 + 0 + 0 + 0 - 100 + 50) / 6, abs=1e-6)
    assert (found["max"]["legs_n"], found["max"]["answers_n"], found["max"]["compared_n"]) == (5, 5, 4)
    assert found["max"]["leniency_low"] is None
    assert "fewer than 5" in found["max"]["reason"]
    assert found["kim"]["leniency_low"] <= found["kim"]["leniency"] <= found["kim"]["leniency_high"]


def test_only_people_and_only_sessions_count(con):
    judge(con, "kim", [100.0] * 3, session=None)
    judge(con, "machine", [0.0] * 3, answered_by="machine")
    assert computed(con) == []
    judge(con, "kim", [100.0] * 3)
    (row,) = computed(con)
    assert (row["evaluators_n"], row["legs_n"], row["agreement"]) == (1, 0, None)


def test_the_same_evaluations_in_another_order_give_the_same_figures(con):
    judge(con, "kim", [100.0, 0.0, 100.0, 0.0, 0.0, 100.0])
    judge(con, "lee", [0.0, 0.0, 100.0, 100.0, 0.0, 100.0])
    first = computed(con) + computed(con, "calibration_evaluator")
    con.execute("CREATE TABLE turned AS SELECT * FROM core.evaluation ORDER BY leg_id DESC, evaluator_id DESC")
    con.execute("DELETE FROM core.evaluation; INSERT INTO core.evaluation SELECT * FROM turned")
    assert computed(con) + computed(con, "calibration_evaluator") == first


def test_of_two_forms_of_one_evaluator_the_later_one_counts(con):
    judge(con, "kim", [0.0], evaluated_at="2026-03-01 08:00:00+00", evaluation_id="e1")
    judge(con, "kim", [100.0], evaluated_at="2026-03-02 08:00:00+00", evaluation_id="e2")
    judge(con, "lee", [100.0])
    (row,) = computed(con)
    assert (row["answers_n"], row["agreement"]) == (2, 1.0)
