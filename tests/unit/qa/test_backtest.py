"""Rules against people: every share counted by hand, what cannot be compared counted apart."""

from __future__ import annotations

import pytest
from judge_kit import database, phrase, policy, put, question, talk
from test_explain import store

from qa.backtest import backtest, share, write_advisory
from qa.policy import load_policies


@pytest.fixture
def compared(tmp_path):
    """24 legs: the rule fails every one without a greeting; people disagree on some."""
    db = database()
    for name in ("answer", "score", "evaluation"):
        db.execute(f"DELETE FROM history.{name}")
    made = policy(tmp_path, question(phrase("guten tag"), evaluates=["form_1"]))
    for number in range(24):
        talk(db, f"l{number}", "agent: Guten Tag" if number < 16 else "agent: Hallo")
    store(db, made, 1)
    return db, made


def said(db, leg, percent, by="p1", **more):
    row = {"evaluation_id": f"e:{leg}:{by}", "leg_id": leg, "question_id": "q", "form": "p", "answered_by": "person"}
    row |= {"score_percentage": percent, "version": 1, "run_seq": 1, "is_not_applicable": False}
    put(db, "history.evaluation", row | more)


def test_agreement_precision_and_recall_of_fails_are_counted_per_question(compared):
    db, made = compared
    for number in range(24):  # people: fails are 12 … 19, the rule's are 16 … 23
        said(db, f"l{number}", 0.0 if 12 <= number < 20 else 100.0)
    (found,) = backtest(db, made)
    assert (found.n, found.rule_fails, found.people_fails) == (24, 8, 8)
    assert (found.agreement.value, found.precision.value, found.recall.value) == (0.666667, 0.5, 0.5)
    assert found.precision.low < 0.5 < found.precision.high
    assert found.alpha.value < 0.5
    assert found.is_below and found.bar == 0.8


def test_what_cannot_be_compared_is_counted_apart(compared):
    db, made = compared
    said(db, "l0", 100.0)
    said(db, "l1", 60.0)
    said(db, "l2", 100.0)
    said(db, "l2", 0.0, by="p2")
    said(db, "l3", 0.0, answered_by="machine")
    said(db, "l4", 0.0, question_id="form_1", form="another form")
    said(db, "l5", 0.0, form="another form")
    db.execute("UPDATE history.answer SET outcome = 'unknown' WHERE leg_id = 'l6'")
    said(db, "l6", 100.0)
    (found,) = backtest(db, made)
    assert (found.n, found.unclear, found.people_differ, found.unknown) == (2, 1, 1, 1)
    assert found.people_fails == 1 and not found.is_below
    assert "too few" in found.advice


def test_a_question_nobody_evaluated_has_no_figures(compared):
    db, made = compared
    (found,) = backtest(db, made)
    assert (found.n, found.agreement.value, found.recall.value) == (0, None, None)


def test_wilson_intervals_of_none_and_all_are_no_points():
    assert share(0, 0).value is None
    assert (share(10, 10).low, share(10, 10).high) == (0.722467, 1.0)


def test_rules_below_their_bar_become_advisory_once(compared, tmp_path):
    db, made = compared
    for number in range(24):
        said(db, f"l{number}", 0.0)
    path = tmp_path / "advisory.yaml"
    found = backtest(db, made)
    assert [write_advisory(path, found, "2026-04-01") for _ in range(2)] == [1, 0]
    (read,) = load_policies(tmp_path)
    assert "33.3 % of 24 contacts" in read.advisory["q"]
