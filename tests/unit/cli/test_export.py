"""Exports: allowed or refused, complete, private, and saying whose data they are."""

from __future__ import annotations

import csv
import io
import stat
from datetime import date

import openpyxl
import pyarrow.parquet as pq
import pytest
from published_kit import publish, workspace

from flows import export
from flows.export import HOME, Request, allow, contract, names, run, run_to
from schemas.config import load_config
from schemas.errors import CallqaError, PrivacyError, UsageError, WarehouseError


@pytest.fixture
def config(tmp_path):
    publish(workspace(tmp_path / "ws"))
    return load_config(tmp_path / "ws")


@pytest.fixture
def team_only(tmp_path):
    publish(workspace(tmp_path / "team", privacy=""))
    return load_config(tmp_path / "team")


@pytest.mark.parametrize("name", names())
def test_every_export_has_a_contract_and_a_sentence(name):
    assert contract(name).columns
    assert (HOME / f"{name}.sql").read_text().startswith("-- ")


def test_an_unknown_export_names_the_nearest():
    with pytest.raises(UsageError, match="Did you mean 'scores'"):
        contract("score")


def test_a_contract_is_named_like_its_file(tmp_path):
    (tmp_path / "a.sql").write_text("SELECT 1")
    (tmp_path / "a.yaml").write_text((HOME / "scores.yaml").read_text())
    with pytest.raises(UsageError, match=r"a.yaml:1:1: export: the export is named like its file: found 'scores'"):
        contract("a", tmp_path)


def test_rows_about_single_agents_are_refused_where_only_teams_may_be_shown(team_only):
    with pytest.raises(PrivacyError, match=r"privacy.mode.*found 'team', expected agent.*purpose, agreement_ref"):
        run(team_only, Request("scores"))
    assert not team_only.exports.exists()


def test_a_customer_is_a_single_person_too(team_only):
    made = contract("scores")
    with pytest.raises(PrivacyError):
        allow(team_only, export.Contract(**(vars(made) | {"personal_data": "customer"})))


def test_a_small_team_is_listed_without_figures(team_only):
    sink = io.BytesIO()
    run_to(team_only, Request("team_week", "csv", raw=True), sink)
    rows = {row["team"]: row for row in csv.DictReader(io.StringIO(sink.getvalue().decode()))}
    assert rows["red"]["agents"] == "5"
    assert rows["red"]["handle_mean_s"] == "300.5"
    assert rows["blue"]["large_enough"] == "false"
    assert not any(value for name, value in rows["blue"].items() if name not in ("week", "team", "large_enough"))


def test_scores_carry_their_failed_questions_and_proofs_and_an_unscored_leg_stays_empty(config):
    sink = io.BytesIO()
    assert run_to(config, Request("scores", "csv"), sink).rows == 2
    first, second = csv.DictReader(io.StringIO(sink.getvalue().decode()))
    assert first["final"] == "40.5"
    assert first["failed_questions"] == "2"
    assert first["failed_texts"] == "Greets by name; bye"
    assert first["proofs"] == '"=hallo" | not said (last 3 turns)'
    assert second["final"] == ""
    assert first["agent_id"] == "'-a07"


def test_raw_leaves_texts_as_they_are(config):
    sink = io.BytesIO()
    run_to(config, Request("scores", "csv", raw=True), sink)
    assert next(csv.DictReader(io.StringIO(sink.getvalue().decode())))["agent_id"] == "-a07"


def test_days_choose_rows_both_ends_included(config):
    assert run_to(config, Request("scores", "jsonl", date(2026, 3, 2)), io.BytesIO()).rows == 1
    assert run_to(config, Request("scores", "jsonl", None, date(2026, 3, 1)), io.BytesIO()).rows == 1
    assert run_to(config, Request("scores", "jsonl", date(2026, 3, 1), date(2026, 3, 2)), io.BytesIO()).rows == 2


def test_a_file_is_private_named_by_its_night_and_lies_with_its_purpose(config):
    written = run(config, Request("scores", "csv"))
    path, about = written.files
    assert path == config.exports / "scores_2026-03-02.csv"
    assert {stat.S_IMODE(file.stat().st_mode) for file in written.files} == {0o600}
    assert stat.S_IMODE(config.exports.stat().st_mode) == 0o700
    text = about.read_text()
    for wanted in ("Purpose: coaching", "Agreement: BV 7/2026", "Delete by: 2026-05-31 (90 days)", "a person decides"):
        assert wanted in text
    assert sorted(config.exports.iterdir()) == [path, about]


def test_xlsx_carries_its_purpose_inside_and_needs_no_second_file(config):
    (path,) = run(config, Request("scores")).files
    book = openpyxl.load_workbook(path)
    labels = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert labels["Agreement"] == "BV 7/2026"
    assert labels["final"].startswith("Score in percent")
    assert book["Rows"]["B2"].value == "-a07"
    assert sorted(config.exports.iterdir()) == [path]


def test_parquet_keeps_dates_and_numbers(config):
    path = run(config, Request("scores", "parquet")).files[0]
    rows = pq.read_table(path).to_pylist()
    assert (rows[0]["contact_on"], rows[0]["final"], rows[1]["final"]) == (date(2026, 3, 1), 40.5, None)


def test_a_failed_export_leaves_the_old_file_and_nothing_half(config, monkeypatch):
    path = run(config, Request("scores")).files[0]
    before = path.read_bytes()
    monkeypatch.setattr("flows.write.xlsx.MAX_ROWS", 2)
    with pytest.raises(CallqaError, match="a sheet holds"):
        run(config, Request("scores"))
    assert path.read_bytes() == before
    assert list(config.exports.iterdir()) == [path]


def test_columns_that_differ_from_the_contract_stop_the_export(config, monkeypatch, tmp_path):
    (tmp_path / "x.sql").write_text("SELECT 1 AS a, 2 AS c")
    (tmp_path / "x.yaml").write_text(
        "export: x\ntitle: t\naudience: a\ngrain: g\npersonal_data: none\nheader: h\ncolumns: {a: A., b: B.}\n"
    )
    monkeypatch.setattr(export, "HOME", tmp_path)
    monkeypatch.setattr(export, "contract", lambda name: contract(name, tmp_path))
    with pytest.raises(CallqaError, match=r"columns differ from the contract: found \['b', 'c'\]"):
        run(config, Request("x"))
    with pytest.raises(UsageError, match="no days to choose from"):
        run(config, Request("x", since=date(2026, 1, 1)))


def test_without_a_published_file_the_error_says_what_to_run(tmp_path):
    config = load_config(workspace(tmp_path / "ws"))
    with pytest.raises(WarehouseError, match=r"nothing published yet.*callqa nightly"):
        run(config, Request("scores"))
