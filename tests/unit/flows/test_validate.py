"""Great Expectations over staged tables: one import and one random night shared by all tests."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from schemas.config import Config, Site
from schemas.rules import rules
from schemas.tables import core_tables, table
from warehouse import connect, quarantine, stage

CANARY = "Frau Kanarienvogel"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
TIMES = [START + timedelta(seconds=s) for s in (0, 60, 61, 3600, 2 * 86400)]
SCALE = [None, math.nan, 0.0, 1.0, 3.0, 5.0, 9.0]
BY_TYPE = {
    "text": [None, "", "de", "xyz", CANARY, "'; DROP TABLE stage.leg; --"],
    "int": [None, -2000, -1, 0, 1, 5000, 2**62],
    "seconds": [None, -1, 0, 30, 63, 90000, 10**7],
    "float": [None, math.inf, -1.0, 0.5, 2.0, *SCALE],
    "bool": [None, True, False],
    "timestamp": [None, *TIMES],
    "date": [None, date(2026, 3, 1), date(2026, 3, 2)],
    "json": [None, '{"a": 1}'],
    "texts": [None, ["a"]],
}
# What random values would hardly ever hit.
ODD = {
    ("utterance", "text"): ["x" * 20001],
    ("message", "system"): ["mail"],
    ("message", "message_id"): ["mail:a@example.org", "mail:b@example.org"],
    ("message", "in_reply_to"): ["a@example.org", "b@example.org"],
    **{("evaluation", f"{name}_id"): [None] * 8 for name in ("contact", "interaction", "leg", "agent")},
}


@pytest.fixture(scope="module")
def validate():
    from flows.validate import validate

    return validate


def config_in(root):
    return Config(Path(root).resolve(), Site("Test", "Europe/Berlin"), ())


def open_stage():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("ATTACH ':memory:' AS stage")
    stage.create(connection)
    return connection


def random_rows(declared, count, dice):
    for number in range(1, count + 1):
        row = {}
        for column in declared.columns:
            values = [*BY_TYPE[column.type], *column.allowed, *ODD.get((declared.name, column.name), ())]
            row[column.name] = dice.choice(values)
        yield row | {"source": "acd", "file_id": "f1", "record_no": number}


@pytest.fixture(scope="module")
def night(validate, tmp_path_factory):
    """A stage full of broken rows, and what was said about it."""
    dice = random.Random(20260302)
    config = config_in(tmp_path_factory.mktemp("night"))
    with open_stage() as connection:
        for name, declared in core_tables().items():
            rows = [list(row.values()) for row in random_rows(declared, 300, dice)]
            marks = ", ".join("?" for _ in declared.columns)
            connection.executemany(f"INSERT INTO stage.{name} VALUES ({marks})", rows)
            stamps = [c.name for c in declared.columns if c.type in ("timestamp", "date")]
            for column in stamps:
                connection.execute(f"UPDATE stage.{name} SET {column} = 'infinity' WHERE random() < 0.05")
        report = validate(connection, config, core_tables(), "run-1")
        quarantine.find_broken(connection, core_tables())
        counts = connection.execute(
            "SELECT table_name, rule, severity, count(*) FROM stage.broken WHERE rule <> $1 GROUP BY ALL",
            [quarantine.INCOMPLETE],
        ).fetchall()
        yield config, report, {tuple(key): count for *key, count in counts}


def test_great_expectations_and_the_quarantine_pass_count_the_same_for_every_rule(night):
    _, report, counted = night
    assert {tuple(row[:3]): row[4] for row in report.rows if row[4]} == counted


def test_every_rule_of_every_table_was_checked_on_every_row_and_is_broken_somewhere(night):
    _, report, _ = night
    wanted = [(name, rule.name, rule.severity) for name, t in core_tables().items() for rule in rules(t)]
    assert sorted(row[:3] for row in report.rows) == sorted(wanted)
    assert {row[3] for row in report.rows} == {300}
    assert [row[:2] for row in report.rows if not row[4]] == []


def test_a_broken_rule_that_is_more_than_a_warning_is_not_ok(night):
    assert not night[1].ok


def test_data_docs_need_no_network_and_carry_no_value_of_a_record(night):
    config, report, _ = night
    assert report.docs == config.validation_docs / "index.html"
    pages = [path.read_text() for path in config.validation_docs.rglob("*") if path.is_file()]
    assert len(pages) == 1 + 2 * len(core_tables())
    for page in pages:
        assert "default-src 'none'" in page
        for banned in ("<script", "<link", "<img", "src=", "onclick", CANARY, "DROP TABLE", "example.org"):
            assert banned not in page


def test_the_first_page_links_every_table_and_names_the_broken_rules(night):
    config, report, _ = night
    page = report.docs.read_text()
    for name in core_tables():
        (link,) = [
            part.split('"')[0] for part in page.split('href="')[1:] if part.split('"')[1].startswith(f">{name}<")
        ][:1]
        assert (config.validation_docs / link).is_file()
    assert "talk_longer_than_span" in page


def test_nothing_is_written_outside_the_workspaces_folder_of_docs(validate, tmp_path, monkeypatch):
    home, here, root = (tmp_path / name for name in ("home", "here", "root"))
    for folder in (home, here, root):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    with open_stage() as connection:
        report = validate(connection, config_in(root), ["survey"], "run-1")
    assert report.ok
    assert [*home.rglob("*"), *here.rglob("*")] == []
    assert {path.relative_to(root).parts[:2] for path in root.rglob("*") if path.is_file()} == {("data", "validation")}
    modes = {path.stat().st_mode & 0o777 for path in (root / "data").rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_a_second_night_replaces_the_docs_of_the_first(validate, tmp_path):
    config = config_in(tmp_path)
    with open_stage() as connection:
        validate(connection, config, ["survey", "leg"], "run-1")
        report = validate(connection, config, ["leg"], "run-2")
    assert "run-2" in report.docs.read_text()
    assert [path for path in config.validation_docs.rglob("survey*")] == []


def test_a_night_without_rows_has_docs_that_say_so(validate, tmp_path):
    with open_stage() as connection:
        report = validate(connection, config_in(tmp_path), [], "run-1")
    assert (report.rows, report.ok) == ([], True)
    assert report.docs.is_file()


def test_warnings_alone_are_ok(validate, tmp_path):
    with open_stage() as connection:
        connection.execute("INSERT INTO stage.survey (survey_id, question) VALUES ('a:1', 'q')")
        report = validate(connection, config_in(tmp_path), ["survey"], "run-1")
    assert report.ok
    assert ("survey", "names_nobody", "warn", 1, 1) in report.rows


def test_a_rule_that_cannot_be_evaluated_stops_the_night(validate, tmp_path):
    from schemas.errors import CallqaError

    with open_stage() as connection:
        connection.execute("ALTER TABLE stage.survey DROP COLUMN question")
        with pytest.raises(CallqaError, match=r"survey\.\w+: a rule could not be evaluated"):
            validate(connection, config_in(tmp_path), ["survey"], "run-1")


def test_the_nights_own_connection_will_do_and_can_be_closed_afterwards(validate, tmp_path):
    path = tmp_path / "work.duckdb"
    with connect.open_work(path, temp=tmp_path / "spill", memory_mb=500, threads=2) as connection:
        stage.create(connection)
        connection.execute("INSERT INTO stage.survey (survey_id, question) VALUES ('a:1', 'q')")
        report = validate(connection, config_in(tmp_path), ["survey"], "run-1")
        assert [row for row in report.rows if row[4]] == [("survey", "names_nobody", "warn", 1, 1)]
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)
    with duckdb.connect(str(path), config={"access_mode": "READ_ONLY"}):
        pass  # another configuration is refused while anything holds the file open


def test_severities_of_columns_and_rules_are_those_great_expectations_knows(validate):
    from flows.validate.suite import SEVERITY, suite

    for declared in core_tables().values():
        for expectation in suite(declared).expectations:
            assert expectation.severity == SEVERITY[expectation.meta["severity"]]


def test_the_report_fits_the_table_it_is_kept_in(night):
    columns = [column.name for column in table("validation").columns]
    assert columns == ["run_seq", "table_name", "rule", "severity", "rows_checked", "rows_broken"]
    assert {len(row) for row in night[1].rows} == {5}
