"""The queries of docs/qa-lead.md answer on a demo night, with the columns the page promises."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from night_kit import published, run_night

from flows.demo import make_demo

PAGE = Path(__file__).resolve().parents[2] / "docs" / "qa-lead.md"
QUESTION = re.compile(
    r"^(?P<no>\d+)\. (?P<title>.+?)\n\n```sql\n(?P<sql>.*?)\n```\n\n"
    r"Columns: (?P<columns>.*?)\.\n(?P<empty>\nEmpty on the demo: .+?\n)?",
    re.DOTALL | re.MULTILINE,
)
QUESTIONS = [match.groupdict() for match in QUESTION.finditer(PAGE.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """The published file of a demo of two days, open for reading."""
    workspace = tmp_path_factory.mktemp("lead") / "centre"
    make_demo(workspace, days=2)
    run_night(workspace, date(2026, 3, 31))
    with published(workspace) as connection:
        yield connection


def test_there_are_thirty_questions_or_more_and_every_block_is_one():
    assert len(QUESTIONS) == PAGE.read_text(encoding="utf-8").count("```sql") >= 30
    assert [int(one["no"]) for one in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one["no"])
def test_a_question_is_answered_with_the_columns_promised(question, answers):
    result = answers.execute(question["sql"])
    assert [column[0] for column in result.description] == re.findall(r"`(\w+)`", question["columns"])
    rows = result.fetchall()
    assert bool(rows) != bool(question["empty"]), "the page says whether the demo has rows"
    if rows:
        named = zip(*rows, strict=True)
        assert any(value is not None for column in named for value in column)
