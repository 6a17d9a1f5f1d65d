"""An sql check says only what is on the list, and what is not known stays unknown."""

from __future__ import annotations

import json
import time

import pytest
from judge_kit import database, judged, outcome, policy, put, question, talk

from qa.checks.sql import Check, _columns, _sql_type
from schemas.errors import PolicyError

ATTACKS = {
    "(SELECT 1) = c.turns": "subquery is not allowed",
    "c.queue IN (SELECT queue FROM core.leg)": "subquery is not allowed",
    "EXISTS (SELECT 1)": "subquery is not allowed",
    "c.turns = 1 FROM read_csv('/etc/passwd')": "no FROM",
    "c.turns = 1 FROM query('drop table x')": "no FROM",
    "read_text('/etc/passwd') = c.queue": "read_text() is not allowed",
    "glob('*') = c.queue": "glob() is not allowed",
    "getenv('HOME') = c.queue": "getenv() is not allowed",
    "current_setting('threads') = c.queue": "current_setting() is not allowed",
    "find_card(c.queue) IS NULL": "find_card() is not allowed",
    "query('x') = c.queue": "query() is not allowed",
    "system.main.lower(c.queue) = 'a'": "with a schema",
    "c.turns = 1; DROP TABLE core.leg": "; is not allowed",
    "c.turns = 1;": "; is not allowed",
    "c.turns = 1 -- AND c.queue = 'x'": "comments are not allowed",
    "c.turns = 1 /* hi */": "comments are not allowed",
    "list_filter([1], lambda x: x > 1) = c.queue": "list_filter() is not allowed",
    "x -> x > 1": "lambda is not allowed",
    "c.queue::mood = 'x'": "a cast to",
    "c.queue::ENUM('a', 'b') = 'a'": "a cast to",
    "c.queue::INTEGER[] IS NULL": "a cast to",
    "sum(c.turns) > 1": "sum() is not allowed",
    "sum(c.turns) OVER () > 1": "window aggregate is not allowed",
    "random() > c.turns": "random() is not allowed",
    "c.turns = 1 ORDER BY 1": "no WHERE",
    "c.turns = 1 LIMIT 1": "no WHERE",
    "c.turns = 1 WHERE true": "no WHERE",
    "c.turns = 1 UNION SELECT true": "no WHERE",
    "c.turns = 1, c.turns = 2": "these are 2",
    "c.turns = 1 AS x": "no alias",
    "COLUMNS(*)": "star is not allowed",
    "* ": "star is not allowed",
    "c.turns = ?": "parameter is not allowed",
    "c.turns = $a": "parameter is not allowed",
    "[c.turns] = [1]": "list_value()",
    "{'a': c.turns} IS NULL": "struct_pack()",
    "c.queue SIMILAR TO 'a'": "regexp_full_match() is not allowed",
    "c.queue COLLATE nocase = 'a'": "collate is not allowed",
    "PRAGMA database_list": "no alias",
    "COPY core.leg TO 'x'": "not an expression",
    "DISTINCT c.turns": "no WHERE",
    "secrets.token = 1": "no column 'secrets.token'",
    "core.leg.hold_s = 1": "no column 'core.leg.hold_s'",
    "c.qeue = 'x'": "c has no column 'qeue'",
    "holds_s < 3": "no metric 'holds_s'",
    "'a' = 'a'": "uses no column",
    "c.turns": "not true or false",
    "c.agent_id > 3": "Cannot compare",
    "c.queue = 'it's'": "not an expression",
    "": "not an expression",
    "abs(" * 60 + "c.turns" + ")" * 60 + " = 1": "nested deeper",
    "c.turns = 1 OR " * 200 + "c.turns = 2": "at most 2000",
}


@pytest.mark.parametrize(("expression", "said"), ATTACKS.items(), ids=lambda text: text[:40])
def test_what_is_not_on_the_list_is_refused_in_words(expression, said):
    Check("c.turns = 1").problems()  # the first reads the declarations
    begin = time.monotonic()
    problems = Check(expression).problems()
    assert problems
    assert said in problems[0], problems
    assert time.monotonic() - begin < 2


def test_an_error_names_line_and_column():
    (problem,) = Check("c.queue = 'Grüße' AND\n  getenv('HOME') = 'x'").problems()
    assert problem.startswith("line 2, column 3: getenv() is not allowed")


def test_a_policy_with_such_an_expression_is_refused_with_its_place(tmp_path):
    with pytest.raises(PolicyError, match="getenv"):
        policy(tmp_path, question({"sql": {"expression": "getenv('HOME') = c.queue"}}))


@pytest.fixture
def db():
    return database()


def check(expression):
    return {"sql": {"expression": expression}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("c.queue = 'it''s' OR leg.hold_s <= 120", "pass"),
        ("leg.hold_s > 120 AND c.channel = 'voice'", "fail"),
        ("interaction.disposition = 'solved'", "unknown"),
        ("coalesce(interaction.disposition, 'none') = 'none'", "pass"),
        ("c.contact_on >= DATE '2026-01-01' AND c.turns BETWEEN 1 AND 3", "pass"),
        ("CASE WHEN lower(c.language) LIKE 'd%' THEN leg.hold_s ELSE 0 END = 60", "pass"),
        ("c.agent_id::INTEGER > 3", "unknown"),
        ("hold_s < 100", "pass"),
        ("length(trim(c.language)) = 2", "pass"),
        ("hold_s < 100 AND talk_s < 3", "unknown"),
    ],
)
def test_true_passes_false_fails_and_null_is_unknown(db, tmp_path, expression, expected):
    talk(db, "l", "agent: ja")
    put(db, "core.leg", {"leg_id": "l", "hold_s": 60})
    put(db, "metric.hold_s", {"entity_id": "l", "value": 60, "state": "counted"})
    assert outcome(db, check(expression), tmp_path) == expected


def test_a_metric_that_excludes_the_contact_makes_it_not_applicable(db, tmp_path):
    talk(db, "l", "agent: ja")
    put(db, "metric.hold_s", {"entity_id": "l", "value": None, "state": "excluded"})
    assert outcome(db, check("hold_s < 100"), tmp_path) == "not_applicable"


def test_nobody_answers_for_a_metric_that_is_put_to_another_agent(db, tmp_path):
    talk(db, "l", "agent: ja")
    put(db, "core.interaction_context", {"interaction_id": "c", "first_reply_agent_id": "other"})
    put(db, "metric.first_response_s", {"entity_id": "c", "value": 9, "state": "counted"})
    assert outcome(db, check("first_response_s < 3"), tmp_path) == "not_applicable"


def test_a_fail_shows_the_values_it_rests_on_and_an_unknown_what_is_missing(db, tmp_path):
    talk(db, "l", "agent: ja")
    put(db, "core.leg", {"leg_id": "l", "hold_s": 200})
    answer = judged(db, policy(tmp_path, question(check("leg.hold_s < 100 AND c.channel = 'voice'"))))["l", "q"]
    shown = {"leg.hold_s": "200.000", "c.channel": "voice"}
    assert json.loads(answer["evidence"])["values"] == shown
    answer = judged(db, policy(tmp_path, question(check("leg.talk_s < 100"))))["l", "q"]
    assert answer["reason"] == "not known: leg.talk_s"


def test_the_types_it_is_bound_with_are_those_of_the_table(db):
    found = {name: kind for name, kind, *_ in db.execute("DESCRIBE core.leg_context").fetchall()}
    assert {name: _sql_type(("c", name)) for name in _columns("c")} == found
