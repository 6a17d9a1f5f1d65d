"""Every worked example of every SQL model and macro runs here. No example, no build."""

from __future__ import annotations

import re

import duckdb
import pytest
from model_kit import run

from warehouse import build
from warehouse.models import HOME, all_models, references

CASES = [(model, example) for model in all_models().values() for example in model.contract.examples]


@pytest.mark.parametrize(("model", "example"), CASES, ids=[f"{m.full_name}: {e.name}" for m, e in CASES])
def test_worked_example(model, example):
    found, expected = run(model, example)
    assert found == expected


@pytest.mark.parametrize("path", sorted((HOME / "functions").glob("*.sql")), ids=lambda path: path.stem)
def test_macro(path):
    connection = duckdb.connect()
    build.macros(connection)
    tests = [line.removeprefix("-- ") for line in path.read_text().split("-- Tests", 1)[1].splitlines() if line.strip()]
    assert tests
    for claim in tests:
        assert connection.execute(f"SELECT {claim}").fetchone() == (True,), claim


@pytest.mark.parametrize("model", all_models().values(), ids=lambda model: model.full_name)
def test_a_model_has_a_sentence_no_clock_and_only_its_parameters(model):
    assert model.sql.startswith("-- ")
    assert model.sentence.endswith(".")
    assert not re.search(r"\b(now|current_date|current_timestamp|today|random)\b", model.sql, re.IGNORECASE)
    assert set(re.findall(r"\$(\w+)", model.sql)) <= {"business_date", "site_timezone", *model.params}


def test_references_are_read_from_the_sql_without_binding():
    sql = "WITH x AS (SELECT * FROM core.leg) SELECT * FROM x JOIN metric.talk_s ON true WHERE d = $business_date"
    assert references(duckdb.connect(), sql) == {"core.leg", "metric.talk_s"}
