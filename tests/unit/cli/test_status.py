"""How the workspace stands, from reports and folders alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from published_kit import workspace

from flows.status import holder, status
from schemas.config import load_config
from schemas.errors import CallqaError

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def report(config, name="latest", ended=NOW - timedelta(hours=6), **changed):
    body = {
        "run_id": "R",
        "business_date": "2026-03-09",
        "status": "ok",
        "ended_at": ended.isoformat(),
        "records": {"read": 5, "loaded": 4},
        "files": {"loaded": 1, "refused": 0},
        "quarantine": {"leg.talk_s": 1},
        "error": None,
    } | changed
    config.runs.mkdir(parents=True, exist_ok=True)
    (config.runs / f"{name}.json").write_text(json.dumps(body))


@pytest.fixture
def config(tmp_path):
    return load_config(workspace(tmp_path / "ws"))


def test_a_good_recent_night_is_good(config):
    report(config)
    report(config, "latest_good")
    found = status(config, NOW)
    assert (found.problems, found.exit_code) == ([], 0)
    assert found.last.age_s == 6 * 3600
    assert found.last.quarantine == {"leg.talk_s": 1}


def test_no_night_at_all_is_a_problem_that_says_what_to_run(config):
    found = status(config, NOW)
    assert found.exit_code == 1
    assert "callqa nightly" in found.problems[0]


def test_a_failed_night_is_a_problem_though_the_good_one_is_recent(config):
    report(config, status="failed", error="disk full")
    report(config, "latest_good")
    assert status(config, NOW).problems == ["the last night (2026-03-09) ended with failed: disk full"]


def test_refused_files_are_a_problem_with_their_number(config):
    report(config, status="problems", files={"refused": 2})
    report(config, "latest_good", status="problems")
    assert "2 file(s) refused" in status(config, NOW).problems[0]


@pytest.mark.parametrize(("hours", "good"), [(30, True), (48, False)])
def test_silence_is_a_problem_when_a_night_was_due(config, hours, good):
    for name in ("latest", "latest_good"):
        report(config, name, ended=NOW - timedelta(hours=hours))
    found = status(config, NOW)
    assert (found.exit_code == 0) is good
    assert good or "no good night since 2026-03-09: one was due at 2026-03-09 01:15 UTC" in found.problems[0]


def test_files_in_the_inbox_are_counted_hidden_ones_not(config):
    (config.inbox / "deep").mkdir()
    (config.inbox / "deep" / "a.csv").write_text("12345")
    (config.inbox / ".part").write_text("x")
    (config.inbox / "b.csv.tmp").write_text("half")
    assert status(config, NOW).waiting == {"files": 1, "bytes": 5}


def test_snapshots_and_the_published_file_are_named(config):
    config.snapshots.mkdir(parents=True)
    (config.snapshots / "R1.duckdb").touch()
    config.published.touch()
    found = status(config, NOW)
    assert found.snapshots == ["R1"]
    assert found.published == str(config.published)
    assert json.loads(json.dumps(found.to_dict()))["good"] is False


def lock(path, pid, host=None):
    content = {
        "pid": pid,
        "host": host or socket.gethostname(),
        "started_at": "2026-03-10T01:15:00+00:00",
        "run_id": "R",
    }
    path.write_text(json.dumps(content))
    return holder(path)


def test_the_holder_of_the_lock_is_alive_dead_or_elsewhere(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert lock(tmp_path / "lock", os.getpid()).alive is True
    assert lock(tmp_path / "lock", gone.pid).alive is False
    assert lock(tmp_path / "lock", os.getpid(), "elsewhere.example.org").alive is None


def test_no_lock_or_an_empty_one_means_nothing_is_running(tmp_path):
    assert holder(tmp_path / "lock") is None
    (tmp_path / "lock").touch()
    assert holder(tmp_path / "lock") is None


def test_a_dead_run_is_a_problem_the_next_night_mends(config):
    report(config)
    report(config, "latest_good")
    lock(config.data / "lock", 2**22 - 1)
    assert "the next `callqa nightly` takes over" in status(config, NOW).problems[0]


def test_a_damaged_report_is_one_clear_error(config):
    config.runs.mkdir(parents=True)
    (config.runs / "latest.json").write_text("{}")
    with pytest.raises(CallqaError, match=r"latest.json: not a run report \(KeyError\)"):
        status(config, NOW)
