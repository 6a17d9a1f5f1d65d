from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.readers import formats

TOML = """[site]
name = "Small"
timezone = "Europe/Berlin"
[[sources]]
name = "calls"
format = "csv"
files = "*.csv"
mapping = "calls.yaml"
"""
MAPPING = """record: call
columns: {id: id, channel: {value: voice}, started_at: started, talk_s: {from: talk, as: clock}, agent: agent}
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "callqa.toml").write_text(TOML)
    (tmp_path / "calls.yaml").write_text(MAPPING)
    return tmp_path


def call(*words):
    return CliRunner().invoke(app, ["sources", *(str(word) for word in words)])


def test_every_format_is_listed_with_what_it_fills():
    rows = json.loads(call("list", "--json").stdout)
    assert [row["format"] for row in rows] == formats()
    assert all(row["title"] and row["tables"] for row in rows)
    assert len(call("list").stdout.splitlines()) == len(rows)


def test_a_format_says_what_it_cannot_know():
    shown = json.loads(call("show", "mbox", "--json").stdout)
    assert shown["leg"]["hold_s"] == "unknown"
    assert shown["message"]["subject"] == "read"
    assert "unknown" in call("show", "mbox").stdout
    wrong = call("show", "mbx")
    assert wrong.exit_code == 2
    assert "mbox" in wrong.stderr


def test_a_good_file_is_tried_and_nothing_is_left_behind(workspace):
    file = workspace / "some.csv"
    file.write_text("id,started,talk,agent\n1,2026-03-02 10:00:00,3:44,a07\n2,2026-03-02 10:05:00,,\n")
    done = call("try", "calls", file, "-w", workspace)
    assert done.exit_code == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["read", "2", "records"],
        ["with", "rows", "2", "records"],
        ["rejected", "0", "records"],
        ["ignored", "0", "records"],
        ["interaction", "2", "rows"],
        ["leg", "1", "rows"],
    ]
    assert not (workspace / "data").exists()


def test_each_reject_is_shown_with_its_reason(workspace):
    file = workspace / "some.csv"
    file.write_text("id,started,talk,agent\n1,yesterday,3:44,a07\n,2026-03-02 10:05:00,soon,\n")
    done = call("try", "calls", file, "-w", workspace)
    assert done.exit_code == 1
    assert "record 1  bad_time, field started, found 'yesterday'" in done.stdout
    assert "missing_id" in done.stdout
    assert "bad_duration" in done.stdout
    told = json.loads(call("try", "calls", file, "-w", workspace, "--json").stdout)
    assert (told["read"], told["rejected"], len(told["rejects"])) == (2, 2, 3)


def test_a_file_of_another_shape_is_refused_and_an_unknown_source_is_wrong_usage(workspace):
    file = workspace / "some.csv"
    file.write_text("id,begin\n1,2\n")
    done = call("try", "calls", file, "-w", workspace)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "refused: some.csv:1: unknown column" in done.stderr
    wrong = call("try", "cals", file, "-w", workspace)
    assert wrong.exit_code == 2
    assert "calls" in wrong.stderr
