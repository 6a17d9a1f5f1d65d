"""Worklists out, blind; filled forms in, whole or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest

from flows.reviews import draw_rows, period, questions_for, read_forms, worklist
from qa.sampling import Leg, plan
from schemas.errors import CallqaError, InputRefused, UsageError

NOW = datetime(2026, 3, 3, tzinfo=UTC)
CONTENT = (
    '{"policy": "p", "version": 1, "title": "P", "effective": {"start": "2026-01-01"}, "sections": [{"id": "s", '
    '"title": "S", "weight": 1.0, "questions": [{"id": "a", "text": "A?"}, {"id": "b", "text": "B?", "human": true, '
    '"answers": 3}]}]}'
)
LEGS = [Leg(f"s:{n}/1", f"s:{n}", f"a{n % 2}", "loans", "voice", "de", date(2026, 3, 2), ("fatal",)) for n in range(6)]


@pytest.fixture
def published():
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA qa; CREATE SCHEMA core")
    connection.execute(
        "CREATE TABLE qa.policy AS SELECT 'p' AS policy_id, 1 AS policy_version, DATE '2026-01-01' AS effective_from, "
        f"NULL::DATE AS effective_to, '{CONTENT}' AS content"
    )
    connection.execute(
        "CREATE TABLE core.leg_context (leg_id TEXT, interaction_id TEXT, agent_id TEXT, contact_on DATE)"
    )
    for leg in LEGS:
        row = [leg.leg_id, leg.interaction_id, leg.agent_id, leg.contact_on]
        connection.execute("INSERT INTO core.leg_context VALUES (?, ?, ?, ?)", row)
    return connection


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        (("2026-03-31", None, None), date(2026, 3, 31), date(2026, 3, 31)),
        ((None, "2026-W01", None), date(2025, 12, 29), date(2026, 1, 4)),
        ((None, None, "2026-12"), date(2026, 12, 1), date(2026, 12, 31)),
        ((None, None, "2028-02"), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_period_is_a_day_a_week_or_a_month(given, start, end):
    found = period(*given)
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize("given", [(None, None, None), ("2026-03-31", "2026-W14", None), (None, "2026-14", None)])
def test_no_period_or_two_are_refused(given):
    with pytest.raises(UsageError):
        period(*given)


def test_a_worklist_is_blind(published):
    draws = plan(LEGS, 1, 1, "s")
    about = {"plan_id": "p-1", "session_id": None, "policy_id": "p"}
    lines = worklist(draws, about, questions_for(published, "p", draws), with_agent=False)
    assert lines.column_names == [
        "plan_id",
        "session_id",
        "leg_id",
        "interaction_id",
        "contact_on",
        "channel",
        "queue",
        "language",
        "policy_id",
        "section",
        "question_id",
        "question",
        "choices",
        "answer",
        "note",
    ]
    assert lines.num_rows == 8  # four legs, two questions, the one left to people included
    assert set(lines["question_id"].to_pylist()) == {"a", "b"}
    assert lines["answer"].null_count == 8
    assert "agent_id" in worklist(draws, about, {}, with_agent=True).column_names
    assert "question_id" not in worklist(draws, about, {}, with_agent=True).column_names


def test_a_draw_is_stored_with_its_probability():
    draws = plan(LEGS, 1, 1, "s")
    rows = draw_rows(draws, period("2026-03-02", None, None), {"plan_id": "p-1"}, "lead1", "s", NOW)
    assert sum(1 / row["inclusion_probability"] for row in rows if row["agent_id"] == "a0") > 1
    assert {(row["population_n"], row["risk_n"], row["random_n"]) for row in rows} == {(3, 1, 1)}
    assert {row["seed"] for row in rows} == {"s"}


def read(published, path, text, **options):
    path.write_bytes(text.encode(options.pop("encoding", "utf-8")))
    return read_forms(published, path, "kim", NOW, options.get("policy"), options.get("session"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_filled_worklist_may_come_from_any_spreadsheet(published, tmp_path, delimiter):
    lines = [["leg_id", "policy_id", "question_id", "answer", "note"], ["s:1/1", "p", "a", "ja", '"gut"']]
    lines += [["s:1/1", "p", "b", "", ""], ["s:2/1", "p", "b", "2", ""]]
    text = "\ufeff" + "\r\n".join(delimiter.join(line) for line in lines)
    found = read(published, tmp_path / "f.csv", text)
    assert (found.forms, len(found.rows), found.empty) == (2, 2, 1)
    first, second = found.rows
    assert (first["answer"], first["score_percentage"], first["note"]) == ("pass", 100.0, "gut")
    assert (first["leg_id"], first["agent_id"], first["evaluator_id"], first["form"]) == ("s:1/1", "a1", "kim", "p")
    assert (second["score_percentage"], second["evaluation_percentage"]) == (50.0, 50.0)


def test_json_lines_are_read_too_and_the_policy_may_be_named_outside(published, tmp_path):
    text = '{"leg_id": "s:1/1", "question_id": "b", "answer": "n/a"}\n'
    found = read(published, tmp_path / "f.jsonl", text, policy="p", session="march")
    assert [(row["session_id"], row["is_not_applicable"]) for row in found.rows] == [("march", True)]


def test_every_wrong_line_is_named_and_nothing_is_taken(published, tmp_path):
    text = "leg_id,policy_id,question_id,answer\n"
    text += "s:1/1,p,a,maybe\ns:1/1,p,zz,pass\ns:99/1,p,a,pass\ns:2/1,,a,pass\ns:2/1,p,a,pass\ns:2/1,p,a,fail\n"
    with pytest.raises(CallqaError) as refused:
        read(published, tmp_path / "f.csv", text)
    said = str(refused.value)
    assert "5 line(s) are wrong" in said
    for part in ("line 2: no answer", "line 3: p version 1 does not ask 'zz'", "line 4: there is no handled leg"):
        assert part in said
    assert "line 5: policy_id (or --policy) is empty" in said
    assert "line 7: a of s:2/1 is answered twice" in said


@pytest.mark.parametrize(
    ("name", "text", "encoding", "message"),
    [
        ("f.csv", "leg,answer\n1,2\n", "utf-8", "the columns are not there"),
        ("f.csv", "leg_id,question_id,answer\n", "utf-8", "has no lines"),
        ("f.csv", "leg_id,question_id,answer\nä,a,pass\n", "latin-1", "Save it as CSV UTF-8"),
        ("f.csv", 'leg_id,question_id,answer\n"s:1/1,a,pass\n', "utf-8", "no CSV"),
        ("f.jsonl", "{nonsense\n", "utf-8", "no JSON"),
        ("f.jsonl", "[1]\n", "utf-8", "is no object"),
        ("f.jsonl", '{"leg_id": "s:1/1"}\n', "utf-8", "has no question_id, answer"),
    ],
)
def test_a_file_of_another_kind_is_refused(published, tmp_path, name, text, encoding, message):
    with pytest.raises(InputRefused, match=message):
        read(published, tmp_path / name, text, encoding=encoding)


def test_an_unknown_policy_is_refused_with_the_nearest(published, tmp_path):
    with pytest.raises(UsageError, match="no such policy"):
        read(published, tmp_path / "f.csv", "leg_id,policy_id,question_id,answer\ns:1/1,q,a,pass\n")
