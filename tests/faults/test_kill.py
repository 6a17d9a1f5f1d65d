"""Nights killed with -9 at random moments: run again, they end as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.demo import make_demo

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "night"))
from night_kit import copy_of, dump, query, run_night

pytestmark = [pytest.mark.fault, pytest.mark.slow]
# The full run is `make faults`; continuous integration takes a few.
KILLS = int(os.environ.get("CALLQA_KILLS", "6"))
NIGHT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from night_kit import run_night
run_night(Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("faults") / "fresh"
    make_demo(workspace, days=2, calls_per_day=60, agents=12, last_day=date(2026, 3, 31))
    return workspace


@pytest.fixture(scope="module")
def clean(fresh, tmp_path_factory):
    workspace = copy_of(fresh, tmp_path_factory.mktemp("clean") / "w")
    started = time.monotonic()
    run_night(workspace)
    return dump(workspace), time.monotonic() - started


def start(workspace):
    kit = str(Path(__file__).resolve().parents[1] / "night")
    return subprocess.Popen([sys.executable, "-c", NIGHT, kit, str(workspace)], start_new_session=True)


@pytest.mark.parametrize("number", range(KILLS))
def test_a_night_killed_at_a_random_moment_loses_and_doubles_nothing(fresh, clean, tmp_path, number):
    expected, seconds = clean
    workspace = copy_of(fresh, tmp_path / "w")
    night = start(workspace)
    # A new process also imports Great Expectations: the moments cover all of its life.
    time.sleep(random.Random(number).uniform(0.5, seconds + 6))
    killed = night.poll() is None
    if killed:
        os.killpg(night.pid, signal.SIGKILL)
    night.wait()
    published = workspace / "data" / "published" / "callqa.duckdb"
    if published.exists():  # whole or not there: never half
        with duckdb.connect(str(published), read_only=True) as connection:
            assert connection.execute("SELECT count(*) FROM ops.run").fetchone() == (1,)
    run_night(workspace)
    assert dump(workspace) == expected
    assert not [path for path in (workspace / "inbox").rglob("*") if path.is_file()]
    assert query(workspace, "SELECT count(*) FROM ops.file_ledger WHERE status = 'loaded'")[0][0] > 0


def test_a_second_night_at_the_same_time_is_turned_away_at_once(fresh, tmp_path):
    from schemas.errors import NightBusy

    workspace = copy_of(fresh, tmp_path / "w")
    first = start(workspace)
    lock = workspace / "data" / "lock"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (lock.exists() and lock.stat().st_size):
        time.sleep(0.05)
    with pytest.raises(NightBusy, match=f"process {first.pid}"):
        run_night(workspace)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    run_night(workspace)  # the lock went with its holder
