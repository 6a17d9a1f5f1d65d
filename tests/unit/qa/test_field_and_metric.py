"""Checks on documented fields and on published metrics: all four outcomes, and whose they are."""

from __future__ import annotations

import json
from datetime import date

import pytest
from judge_kit import database, judged, outcome, policy, put, question, talk


@pytest.fixture
def db():
    return database()


HOLD = {"metric": {"metric": "hold_s", "max": 180}}


@pytest.mark.parametrize(
    ("value", "state", "expected"),
    [
        (180, "counted", "pass"),
        (180.001, "counted", "fail"),
        (None, "unknown", "unknown"),
        (None, "immature", "unknown"),
        (None, "excluded", "not_applicable"),
    ],
)
def test_a_metric_is_judged_by_its_state_first(db, tmp_path, value, state, expected):
    talk(db, "l", "agent: ja")
    put(db, "metric.hold_s", {"entity_id": "l", "value": value, "state": state})
    assert outcome(db, HOLD, tmp_path) == expected


def test_a_metric_nobody_computed_is_unknown(db, tmp_path):
    talk(db, "l", "agent: ja")
    assert outcome(db, HOLD, tmp_path) == "unknown"


def test_a_failed_metric_shows_value_and_limits(db, tmp_path):
    talk(db, "l", "agent: ja")
    put(db, "metric.hold_s", {"entity_id": "l", "value": 200, "state": "counted"})
    answer = judged(db, policy(tmp_path, question(HOLD)))["l", "q"]
    assert json.loads(answer["evidence"]) == {"metric": "hold_s", "value": 200.0, "min": None, "max": 180.0}
    assert answer["reason"] == "hold_s is 200.0 s"


def test_nobody_answers_for_an_interactions_metric_that_is_put_to_another_agent(db, tmp_path):
    talk(db, "mine", "agent: ja", agent_id="a1")
    talk(db, "other", "agent: ja", agent_id="a2")
    put(db, "core.interaction_context", {"interaction_id": "c", "first_reply_agent_id": "a1"})
    put(db, "metric.first_response_s", {"entity_id": "c", "value": 90000, "state": "counted"})
    found = judged(db, policy(tmp_path, question({"metric": {"metric": "first_response_s", "max": 86400}})))
    assert [found[leg, "q"]["outcome"] for leg in ("mine", "other")] == ["fail", "not_applicable"]


DISPOSITION = {"field": {"field": "interaction.disposition", "present": True}}


def documented(db, **contacts):
    """One leg and interaction per name; the value is its disposition."""
    for name, value in contacts.items():
        talk(db, name, "agent: ja", interaction_id=f"i-{name}")
        put(db, "core.interaction", {"interaction_id": f"i-{name}", "source": "acd", "disposition": value})


def test_an_empty_field_fails_where_the_source_fills_it_that_day(db, tmp_path):
    documented(db, a="solved", b=None, c="  ")
    found = judged(db, policy(tmp_path, question(DISPOSITION)))
    assert [found[leg, "q"]["outcome"] for leg in "abc"] == ["pass", "fail", "fail"]
    assert json.loads(found["b", "q"]["evidence"])["field"] == "interaction.disposition"


def test_a_field_the_source_fills_nowhere_says_nothing_about_an_agent(db, tmp_path):
    documented(db, a=None, b=None)
    put(db, "core.interaction", {"interaction_id": "x", "source": "other", "disposition": "solved"})
    talk(db, "later", "agent: ja", interaction_id="y", contact_on=date(2026, 3, 9))
    put(db, "core.interaction", {"interaction_id": "y", "source": "acd", "disposition": "solved"})
    found = judged(db, policy(tmp_path, question(DISPOSITION)))
    assert [found[leg, "q"]["outcome"] for leg in ("a", "b", "later")] == ["unknown", "unknown", "pass"]


def test_a_row_that_was_not_delivered_is_unknown(db, tmp_path):
    documented(db, a="solved")
    talk(db, "l", "agent: ja", interaction_id="nowhere")
    assert outcome(db, DISPOSITION, tmp_path) == "unknown"


@pytest.mark.parametrize(
    ("value", "expected"), [("none", "pass"), ("blind", "fail"), (None, "unknown"), ("", "unknown")]
)
@pytest.mark.parametrize("rule", [{"in": ["none", "attended"]}, {"matches": "^(none|attended)$"}])
def test_a_field_is_one_of_some_values(db, tmp_path, value, expected, rule):
    talk(db, "l", "agent: ja")
    put(db, "core.leg", {"leg_id": "l", "transfer": value})
    assert outcome(db, {"field": {"field": "leg.transfer"} | rule}, tmp_path) == expected
