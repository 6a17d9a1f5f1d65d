"""Computed rows that change and change back: what is true now is current, whatever was true before."""

from __future__ import annotations

import pytest
from warehouse_kit import put, work

from schemas.tables import table
from warehouse import merge

SCORE = {
    "leg_id": "s:1/1",
    "policy_id": "p",
    "policy_version": 1,
    "policy_hash": "h",
    "interaction_id": "s:1",
    "agent_id": "a07",
    "code_version": "t",
}


@pytest.fixture
def con(tmp_path):
    with work(tmp_path) as connection:
        yield connection


def compute(connection, run_seq, *finals):
    declared = table("score")
    connection.execute("DROP TABLE IF EXISTS stage.score")
    connection.execute(declared.ddl("stage.score", declared.own))
    put(connection, "score", [SCORE | {"contact_on": "2026-03-02", "final": final} for final in finals])
    connection.begin()
    merged = merge.merge(connection, declared, run_seq)
    retired = merge.retire(connection, declared, run_seq)
    connection.commit()
    return merged.fresh, retired


def current(connection):
    return connection.execute(
        "SELECT final, version, run_seq FROM history.score WHERE superseded_seq IS NULL"
    ).fetchall()


def test_a_score_that_becomes_what_it_was_is_current_again(con):
    assert compute(con, 1, 80.0) == (1, 0)
    assert compute(con, 2, 90.0) == (1, 0)
    assert compute(con, 3, 80.0) == (1, 0)
    assert current(con) == [(80.0, 3, 3)]
    assert con.execute("SELECT final FROM history.score ORDER BY version").fetchall() == [(80.0,), (90.0,), (80.0,)]


def test_a_score_that_was_retired_and_is_made_again_is_current_again(con):
    compute(con, 1, 80.0)
    assert compute(con, 2) == (0, 1)
    assert current(con) == []
    assert compute(con, 3, 80.0) == (1, 0)
    assert current(con) == [(80.0, 2, 3)]


def test_the_same_score_again_is_no_new_version(con):
    compute(con, 1, 80.0)
    assert compute(con, 2, 80.0) == (0, 0)
    assert current(con) == [(80.0, 1, 1)]
