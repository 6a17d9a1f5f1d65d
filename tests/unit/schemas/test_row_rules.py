"""Every rule in schemas/rules has its sentence, its severity and a worked example that runs."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from schemas import rules, strict_yaml
from schemas.errors import ConfigError
from schemas.table import Column, Table
from schemas.tables import core_tables
from warehouse import stage

FILES = rules.rule_files()


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("ATTACH ':memory:' AS stage")
        yield connection


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_worked_examples_of_a_rule_come_out_as_written(con, path):
    examples = strict_yaml.load(path.with_suffix(".yaml")).value["examples"]
    assert examples, "a rule without an example is no rule"
    for example in examples:
        stage.create(con)
        for name, rows in example["given"].items():
            for row in rows:
                marks = ", ".join("?" for _ in row)
                con.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        numbers = [record["record_no"] for record in example["expect"]]
        given = [row["record_no"] for rows in example["given"].values() for row in rows]
        assert numbers and set(given) - set(numbers), "an example shows a broken and a sound row"
        query = path.read_text(encoding="utf-8")
        assert con.execute(f"SELECT record_no FROM ({query}\n) ORDER BY ALL").fetchall() == [(n,) for n in numbers]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_reads_its_own_table_and_gives_the_columns_of_a_finding(con, path):
    stage.create(con)
    (rule,) = [
        rule for rule in rules.row_rules(path.stem.partition(".")[0]) if f"{rule.table}.{rule.name}" == path.stem
    ]
    assert rule.table in core_tables()
    assert f"stage.{rule.table}" in rule.query.replace("\n", " ").split(" ")
    described = con.execute(f"DESCRIBE {rule.query}").fetchall()
    assert [name for name, *_ in described] == ["file_id", "record_no", "found"]
    assert described[2][1] == "VARCHAR"


def test_rule_names_differ_within_a_table():
    for declared in core_tables().values():
        names = [rule.name for rule in rules.rules(declared)]
        assert len(names) == len(set(names))


def test_a_column_has_the_rules_it_declares_and_no_other():
    columns = (
        Column("a", "text", "A.", required=True, allowed=("x", "it's")),
        Column("b", "int", "B.", low=0, high=1.5, severity="warn"),
        Column("c", "float", "C."),
        Column("d", "text", "D."),
    )
    declared = Table("t", "core", "T.", ("a",), columns, from_files=False)
    found = [(rule.name, rule.severity, rule.broken, rule.expected) for rule in rules.column_rules(declared)]
    assert found == [
        ("a_required", "quarantine", "a IS NULL", "a value"),
        ("a_allowed", "quarantine", "a NOT IN ('x', 'it''s')", "one of x, it's"),
        ("b_low", "warn", "b < 0", ">= 0"),
        ("b_high", "warn", "b > 1.5", "<= 1.5"),
        ("c_finite", "quarantine", "NOT isfinite(c)", "a finite value"),
    ]


@pytest.mark.parametrize(
    "text", ["select 1\n", "-- A sentence.\nselect 1\n", "-- A sentence.\n-- severity: fatal\nselect 1\n"]
)
def test_a_rule_without_sentence_or_known_severity_is_an_error_that_names_its_file(text, tmp_path, monkeypatch):
    path = tmp_path / "leg.wrong.sql"
    path.write_text(text)
    monkeypatch.setattr(rules, "rule_files", lambda: [Path(path)])
    rules.row_rules.cache_clear()
    with pytest.raises(ConfigError, match=r"leg\.wrong\.sql:1: a rule begins with"):
        rules.row_rules("leg")
    rules.row_rules.cache_clear()
