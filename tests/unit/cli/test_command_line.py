"""The command line as its users meet it: streams, exit codes, one-line errors, a quick start."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest
from published_kit import publish, workspace
from typer.testing import CliRunner

from flows.cli import app
from flows.cli import sql as sql_command
from flows.cli.workspace import demo
from flows.demo import make_demo


@pytest.fixture
def centre(tmp_path):
    publish(workspace(tmp_path / "ws"))
    return str(tmp_path / "ws")


def call(*words, stdin=None):
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


def fresh(*words, **options):
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, **options)


def test_nothing_said_prints_help_and_every_command_has_an_example():
    assert "Commands" in call().output
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        if name != "version":
            assert "Example: callqa" in command.callback.__doc__, name


def test_an_unknown_command_suggests_the_nearest():
    result = call("expot")
    assert result.exit_code == 2
    assert "Did you mean 'export'?" in result.stderr


def test_wrong_configuration_is_one_line_on_stderr_and_exit_2(tmp_path):
    result = call("status", "-w", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        result.stderr
        == f"callqa: no callqa.toml in {tmp_path}. Run `callqa init` there, or name a workspace with -w.\n"
    )


def test_a_refusal_is_exit_1(tmp_path):
    publish(workspace(tmp_path / "ws", privacy=""))
    result = call("export", "scores", "-w", tmp_path / "ws")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "privacy.mode" in result.stderr


def test_debug_keeps_the_error(tmp_path):
    assert type(call("--debug", "status", "-w", tmp_path).exception).__name__ == "ConfigError"


def test_a_fault_is_one_line_without_values_and_debug_shows_it(centre, monkeypatch):
    def fail(*_):
        raise ValueError("a customer's words")

    monkeypatch.setattr("flows.status.status", fail)
    result = call("status", "-w", centre)
    assert result.exit_code == 1
    assert "ValueError at test_command_line.py:" in result.stderr
    assert "words" not in result.stderr
    assert isinstance(call("--debug", "status", "-w", centre).exception, ValueError)


def test_whatever_a_command_writes_is_private_and_the_caller_keeps_its_own_habit(tmp_path):
    before = os.umask(0o022)
    try:
        assert call("init", tmp_path / "new").exit_code == 0
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "new").rglob("*")} == {0}


def test_an_interrupt_is_130(centre, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.status.status", stop)
    assert call("status", "-w", centre).exit_code == 130


def test_the_workspace_can_come_from_the_environment(centre, monkeypatch):
    monkeypatch.setenv("CALLQA_WORKSPACE", centre)
    assert "Test centre" in call("status").stdout


def test_status_tells_its_state_by_exit_code_and_as_json(centre):
    result = call("status", "-w", centre, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["good"] is False
    assert "no night has been published" in found["problems"][0]


def test_doctor_says_wrong_or_not_by_exit_code(centre, monkeypatch):
    from flows import doctor

    monkeypatch.setattr(doctor, "examine", lambda path: [doctor.Finding("disk", "problem", "full", "Free some.")])
    result = call("doctor", "-w", centre)
    assert result.exit_code == 1
    assert "WRONG disk  full -> Free some." in result.stdout
    assert json.loads(call("doctor", "-w", centre, "--json").stdout)["findings"][0]["fix"] == "Free some."
    monkeypatch.setattr(doctor, "examine", lambda path: [doctor.Finding("disk", "ok", "fine")])
    assert call("doctor", "-w", centre).exit_code == 0


def test_sql_answers_in_every_format(centre):
    query = "SELECT leg_id, final FROM qa.score ORDER BY 1"
    assert "\nc2/1         –" in call("sql", query, "-w", centre).stdout
    assert json.loads(call("sql", query, "-w", centre, "--format", "json").stdout)[0] == {
        "leg_id": "c1/1",
        "final": 40.5,
    }
    assert call("sql", "-c", query, "-w", centre, "-f", "csv").stdout == '"leg_id","final"\n"c1/1",40.5\n"c2/1",\n'
    assert call("sql", "-w", centre, "-f", "jsonl", stdin=query).stdout.count("\n") == 2


def test_sql_guards_csv_unless_raw(centre):
    query = "SELECT DISTINCT agent_id FROM qa.score"
    assert call("sql", query, "-w", centre, "-f", "csv").stdout == '"agent_id"\n"\'-a07"\n'
    assert call("sql", query, "-w", centre, "-f", "csv", "--raw").stdout == '"agent_id"\n"-a07"\n'


def test_a_shortened_answer_says_so_and_a_whole_one_does_not(centre):
    query = "SELECT * FROM range(201)"
    short = call("sql", query, "-w", centre)
    assert "The first 200 rows; there are more" in short.stderr
    assert "there are more" not in short.stdout
    assert call("sql", query, "-w", centre, "--limit", 201).stderr == ""
    assert call("sql", query, "-w", centre, "--limit", 0).stderr == ""
    assert call("sql", query, "-w", centre, "-f", "csv").stdout.count("\n") == 202


def test_an_sql_error_is_one_line_and_exit_1(centre):
    result = call("sql", "SELECT nothing FROM qa.score", "-w", centre)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("callqa: Binder Error")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM qa.score",
        "SELECT * FROM read_csv('{inbox}/a.csv')",
        "COPY qa.score TO '{inbox}/b.csv'",
        "ATTACH '{inbox}/c.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_sql_changes_nothing_and_reaches_nothing_else(centre, query):
    inbox = f"{centre}/inbox"
    with open(f"{inbox}/a.csv", "w") as file:
        file.write("secret\n1\n")
    result = call("sql", query.format(inbox=inbox), "-w", centre)
    assert result.exit_code == 1
    assert os.listdir(inbox) == ["a.csv"]


def test_sql_writes_a_file_by_its_ending(centre, tmp_path):
    assert call("sql", "SELECT 1 AS a", "-w", centre, "-o", tmp_path / "x.csv").exit_code == 0
    assert (tmp_path / "x.csv").read_text() == '"a"\n1\n'
    assert call("sql", "SELECT 1 AS a", "-w", centre, "-o", tmp_path / "x.xlsx").exit_code == 0
    assert (tmp_path / "x.xlsx").read_bytes().startswith(b"PK")


def test_an_unknown_format_is_wrong_usage(centre):
    result = call("sql", "SELECT 1", "-w", centre, "--format", "cvs")
    assert result.exit_code == 2
    assert "Did you mean 'csv'?" in result.stderr


def test_two_queries_are_wrong_usage(centre):
    assert call("sql", "SELECT 1", "-c", "SELECT 2", "-w", centre).exit_code == 2


def test_export_prints_paths_as_data_and_purpose_as_talk(centre):
    result = call("export", "scores", "-w", centre, "--format", "csv", "--since", "2026-03-01")
    assert result.exit_code == 0
    assert [path.rpartition("/")[2] for path in result.stdout.split()] == [
        "scores_2026-03-02.csv",
        "scores_2026-03-02.csv.about.txt",
    ]
    assert "Agreement: BV 7/2026" in result.stderr
    assert "2 rows." in result.stderr


def test_export_to_standard_output_is_pure_data(centre):
    result = call("export", "scores", "-w", centre, "--format", "csv", "-o", "-")
    assert len(list(csv.DictReader(io.StringIO(result.stdout)))) == 2
    assert "Purpose: coaching" in result.stderr


def test_export_without_a_name_lists_what_there_is(centre):
    assert "scores" in call("export", "-w", centre).stdout


def talk(centre, text):
    """Type into the prompt of a real terminal; returns what the screen showed."""
    master, slave = pty.openpty()
    code = "from flows.cli import app; app()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "sql", "-w", centre],
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"TERM": "dumb", "COLUMNS": "100"},
    )
    os.close(slave)
    os.write(master, text.encode())
    shown = child.communicate(timeout=60)[0].decode()
    os.close(master)
    return shown, child.returncode


def test_the_prompt_answers_goes_on_after_an_error_and_remembers(centre):
    shown, code = talk(centre, "SELECT 40 +\n2 AS sum;\nSELECT nothing;\n.tables\n.schema qa.score\n.what\n.quit\n")
    assert code == 0
    assert "42" in shown
    assert "Binder Error" in shown
    assert "mart.team_period" in shown
    assert "leg_id" in shown
    assert ".help, .quit" in shown
    history = f"{centre}/data/sql_history"
    assert os.stat(history).st_mode & 0o777 == 0o600


def test_statements_without_rows_say_so(centre):
    assert "no rows" in call("sql", "CREATE TEMP TABLE t (a INT)", "-w", centre).stderr


def test_endings_choose_existing_formats():
    endings = {"a.csv": "csv", "a.MD": "md", "a.xlsx": "xlsx", "a.html": "html", "a.txt": "table", "a": "table"}
    assert {name: sql_command._by_ending(Path(name)) for name in endings} == endings


def test_policy_lint_names_the_place_and_ends_with_1(centre):
    os.mkdir(f"{centre}/policies")
    assert call("policy", "lint", "-w", centre).exit_code == 0
    with open(f"{centre}/policies/p.yaml", "w") as file:
        file.write("policy: p\nversion: 1\n")
    result = call("policy", "lint", "-w", centre)
    assert result.exit_code == 1
    assert "p.yaml:1:1" in result.stdout
    assert json.loads(call("policy", "lint", "-w", centre, "--json").stdout)[0]["severity"] == "error"


def test_policy_test_runs_the_examples_and_names_what_differs(tmp_path):
    assert call("init", tmp_path / "ws").exit_code == 0
    good = call("policy", "test", "-w", tmp_path / "ws")
    assert (good.exit_code, good.stdout) == (0, "")
    assert "voice_en.yaml: tested" in good.stderr
    path = tmp_path / "ws" / "policies" / "voice_en.examples.yaml"
    path.write_text(path.read_text().replace("greeting: pass", "greeting: fail", 1))
    bad = call("policy", "test", "-w", tmp_path / "ws")
    assert bad.exit_code == 1
    assert "voice_en.examples.yaml:" in bad.stdout
    assert "expected fail, found pass" in bad.stdout
    assert json.loads(call("policy", "test", "-w", tmp_path / "ws", "--json").stdout)[0]["question"] == "greeting"
    path.unlink()
    assert "voice_en.yaml: no examples, nothing was tested" in call("policy", "test", "-w", tmp_path / "ws").stderr


def test_an_unknown_policy_is_wrong_usage(centre):
    result = call("policy", "show", "nothing", "-w", centre)
    assert result.exit_code == 2
    assert "no such policy: found 'nothing'" in result.stderr


def test_the_demo_offers_the_defaults_it_has():
    ours, theirs = (signature(function).parameters for function in (demo, make_demo))
    assert {name: ours[name].default for name in ("days", "agents", "calls_per_day", "seed")} == {
        name: theirs[name].default for name in ("days", "agents", "calls_per_day", "seed")
    }


def test_the_day_of_the_demo_in_make_and_help_is_the_demos_own():
    last = signature(make_demo).parameters["last_day"].default.isoformat()
    assert f"DEMO_DAY ?= {last}" in (Path(__file__).parents[3] / "Makefile").read_text()
    assert f"--date {last}" in app.info.epilog


def test_init_and_demo_say_what_to_do_next_and_overwrite_nothing(tmp_path):
    made = call("init", tmp_path / "new")
    assert (made.exit_code, made.stdout) == (0, "")
    assert "callqa doctor" in made.stderr
    again = call("init", tmp_path / "new")
    assert again.exit_code == 2
    assert "not empty" in again.stderr
    assert "callqa nightly" in call("demo", tmp_path / "demo", "--days", 1, "--calls-per-day", 5).stderr
