"""Nights through real Prefect: the temporary server, a served schedule, an existing server with a process worker."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.request import Request, urlopen

import duckdb
import pytest

from flows.demo import make_demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
CALLQA = [sys.executable, "-m", "flows.cli"]
PATIENCE_S = 240


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("prefect") / "w"
    make_demo(workspace, days=2, calls_per_day=40, agents=12, last_day=date(2026, 3, 31))
    return workspace


@pytest.fixture
def workspace(fresh, tmp_path):
    shutil.copytree(fresh, tmp_path / "w")
    return tmp_path / "w"


def environment(workspace, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return kept | {"PYTHONPATH": str(ROOT), "CALLQA_WORKSPACE": str(workspace)} | more


def callqa(workspace, *args, **more):
    command = [*CALLQA, *args, "-w", str(workspace)]
    return subprocess.run(command, env=environment(workspace, **more), capture_output=True, text=True, timeout=300)


def runs(workspace):
    path = workspace / "data" / "published" / "callqa.duckdb"
    if not path.exists():
        return []
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("SELECT run_seq, business_date::VARCHAR FROM ops.run ORDER BY 1").fetchall()


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"waited {PATIENCE_S} s for {what}")


@contextmanager
def running(command, env, log):
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def completed(url):
    """How many flow runs the server has seen to their good end."""
    body = json.dumps({"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}).encode()
    with urlopen(Request(f"{url}/flow_runs/count", body, {"Content-Type": "application/json"}), timeout=10) as answer:
        return json.load(answer)


def test_a_night_on_the_temporary_server_twice(workspace):
    first = callqa(workspace, "nightly", "--date", "2026-03-31", "--json")
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert (report["status"], report["business_date"]) == ("ok", "2026-03-31")
    assert report["records"]["read"] > 100
    steps = [line.split()[0] for line in first.stderr.splitlines() if line.startswith("  ")]
    assert steps == ["fetch", "claim", "read", "validate", "load", "compute", "score", "reconcile", "publish", "pages"]
    second = callqa(workspace, "nightly", "--date", "2026-03-31")
    assert second.returncode == 0, second.stderr
    assert "records  0 read" in second.stdout
    assert "handle time" in second.stdout
    assert runs(workspace) == [(1, "2026-03-31"), (2, "2026-03-31")]
    assert (workspace / "data" / "prefect").is_dir()  # and nothing in anybody's home


def test_a_failing_night_is_one_line_and_exit_1(workspace):
    policy = next((workspace / "policies").glob("*.yaml"))
    assert callqa(workspace, "nightly", "--date", "2026-03-31").returncode == 0
    policy.write_text(policy.read_text(encoding="utf-8").replace("pass_mark: 80", "pass_mark: 70"), encoding="utf-8")
    failed = callqa(workspace, "nightly", "--date", "2026-03-31")
    assert failed.returncode == 2
    assert "was changed after scores were made with it" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert callqa(workspace, "status").returncode == 1


def test_wrong_usage_is_told_before_anything_starts(workspace, tmp_path):
    for args in (("nightly", "--date", "31.03.2026"), ("nightly", "--colour")):
        wrong = callqa(workspace, *args)
        assert wrong.returncode == 2, wrong.stderr
    assert callqa(tmp_path / "nowhere", "nightly").returncode == 2
    assert not (workspace / "data").exists()


def test_serve_runs_the_night_in_time_and_stops_cleanly(workspace, tmp_path):
    config = workspace / "callqa.toml"
    text = config.read_text(encoding="utf-8")
    assert "[nightly]" not in text or "cron" in text
    lines = [line for line in text.splitlines() if not line.startswith("cron")]
    text = "\n".join(lines)
    text = (
        text.replace("[nightly]", '[nightly]\ncron = "* * * * *"')
        if "[nightly]" in text
        else text + '\n[nightly]\ncron = "* * * * *"\n'
    )
    config.write_text(text, encoding="utf-8")
    log = tmp_path / "serve.log"
    command = [*CALLQA, "serve", "-w", str(workspace)]
    with running(command, environment(workspace), log) as process:
        wait_for(lambda: runs(workspace) or process.poll() is not None, "the scheduled night")
        assert runs(workspace), log.read_text()
        os.kill(process.pid, signal.SIGTERM)
        process.wait(60)
    port = next(part.split(":")[-1] for part in log.read_text().split() if part.startswith("127.0.0.1:"))
    with socket.socket() as probe:  # the server of our own is gone with us
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0


def test_a_worker_runs_the_deployment_on_an_existing_server(workspace, tmp_path):
    url = f"http://127.0.0.1:{free_port()}/api"
    port = url.split(":")[-1].split("/")[0]
    env = environment(workspace, PREFECT_API_URL=url, PREFECT_HOME=str(tmp_path / "home"), DO_NOT_TRACK="1")
    env["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    prefect = [sys.executable, "-m", "prefect"]
    log = tmp_path / "server.log"

    def healthy():
        try:
            with urlopen(f"{url}/health", timeout=2):
                return True
        except OSError:
            return False

    def say(*args):
        done = subprocess.run([*prefect, *args], env=env, cwd=ROOT, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    with running([*prefect, "server", "start", "--host", "127.0.0.1", "--port", port], env, log):
        wait_for(healthy, "the server")
        say("work-pool", "create", "callqa", "--type", "process")
        say("--no-prompt", "deploy", "--prefect-file", "flows/prefect.yaml", "--all")
        with running([*prefect, "worker", "start", "--pool", "callqa"], env, tmp_path / "worker.log"):
            say("deployment", "run", "callqa-nightly/nightly", "--param", 'day="2026-03-31"')
            wait_for(lambda: runs(workspace), "the night by the worker")
            wait_for(lambda: completed(url), "the run to be completed")
    assert runs(workspace) == [(1, "2026-03-31")]
