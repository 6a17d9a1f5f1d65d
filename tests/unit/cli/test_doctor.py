"""What the doctor finds, and that each finding says how to mend it."""

from __future__ import annotations

import pytest
from published_kit import publish, workspace

from flows import doctor
from flows.doctor import examine, import_error


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Importing every package takes twenty seconds; one test below does it for one package."""
    monkeypatch.setattr(doctor, "import_error", lambda package: None)


def found(path, check):
    return [one for one in examine(path) if one.check == check]


def problems(path):
    return {one.check: one for one in examine(path) if one.state == "problem"}


def test_a_workspace_without_configuration_still_gets_the_machine_looked_over(tmp_path):
    names = {one.check for one in examine(tmp_path)}
    assert {"python", "packages", "time zones", "callqa.toml"} <= names
    assert "no callqa.toml" in problems(tmp_path)["callqa.toml"].detail


def test_folders_others_may_look_into_are_named_with_the_command_that_closes_them(tmp_path):
    publish(workspace(tmp_path / "ws"))
    (tmp_path / "ws" / "data").chmod(0o755)
    assert problems(tmp_path / "ws")["folders"].fix == f"chmod 700 {tmp_path / 'ws' / 'data'}"


def test_a_missing_inbox_is_a_problem(tmp_path):
    workspace(tmp_path / "ws")
    (tmp_path / "ws" / "inbox").rmdir()
    assert "no inbox" in problems(tmp_path / "ws")["folders"].detail


def test_an_unknown_format_names_its_line_and_the_known_ones(tmp_path):
    workspace(tmp_path / "ws", form="nonsense")
    detail = problems(tmp_path / "ws")["sources"].detail
    assert "callqa.toml:" in detail
    assert "sources.0.format: unknown format: found 'nonsense'" in detail


def test_a_wrong_schedule_is_a_problem(tmp_path):
    workspace(tmp_path / "ws", privacy='[nightly]\ncron = "sometimes"')
    assert "not a cron expression" in problems(tmp_path / "ws")["schedule"].detail


def test_prefect_writes_into_the_workspace_unless_the_environment_names_a_server(tmp_path, monkeypatch):
    for name in ("PREFECT_API_URL", "PREFECT_HOME"):
        monkeypatch.delenv(name, raising=False)
    path = workspace(tmp_path / "ws")
    assert found(path, "prefect")[0].detail == str(path / "data" / "prefect")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert "PREFECT_API_URL" in found(path, "prefect")[0].detail


def test_too_little_disk_is_a_problem(tmp_path, monkeypatch):
    workspace(tmp_path / "ws")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10})())
    assert "a night may need 1.0" in problems(tmp_path / "ws")["disk"].detail


def test_a_published_file_that_opens_tells_its_runs_and_a_damaged_one_is_a_problem(tmp_path):
    path = publish(workspace(tmp_path / "ws"))
    assert found(tmp_path / "ws", "published file")[0].detail == "1 run(s), the last of 2026-03-02"
    path.write_bytes(b"not a database")
    assert "cannot open" in problems(tmp_path / "ws")["published file"].detail


def test_a_package_that_does_not_import_is_named_with_its_error(monkeypatch):
    assert import_error("typer") is None
    assert import_error("vl-convert-python") is None
    assert import_error("no-such-package") == "no-such-package: ModuleNotFoundError: No module named 'no_such_package'"
    monkeypatch.setattr(
        doctor, "import_error", lambda package: "duckdb: ImportError: x" if package == "duckdb" else None
    )
    assert [one.detail for one in doctor._packages()] == ["duckdb: ImportError: x"]
