from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from flows import lock
from schemas.errors import NightBusy

HOLDER = """
import sys, time
from pathlib import Path
from flows import lock
with lock.hold(Path(sys.argv[1]), 'r1'):
    time.sleep(60)
"""


def hold_elsewhere(path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (path.exists() and path.stat().st_size):
        time.sleep(0.02)
    return process


def test_the_lock_says_who_holds_it_and_is_empty_afterwards(tmp_path):
    path = tmp_path / "lock"
    with lock.hold(path, "r1"):
        held = json.loads(path.read_text())
        assert (held["pid"], held["run_id"]) == (os.getpid(), "r1")
        assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == ""


def test_a_second_night_is_turned_away_at_once_and_told_by_whom(tmp_path):
    path = tmp_path / "lock"
    process = hold_elsewhere(path)
    try:
        started = time.monotonic()
        with pytest.raises(NightBusy, match=f"process {process.pid} on"), lock.hold(path, "r2"):
            pass
        assert time.monotonic() - started < 1
    finally:
        process.kill()
        process.wait()


def test_the_lock_goes_with_a_killed_holder(tmp_path):
    path = tmp_path / "lock"
    process = hold_elsewhere(path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with lock.hold(path, "r2"):
        assert json.loads(path.read_text())["run_id"] == "r2"


def test_a_failing_night_gives_the_lock_back(tmp_path):
    path = tmp_path / "lock"
    with pytest.raises(ValueError, match="broken"), lock.hold(path, "r1"):
        raise ValueError("broken")
    with lock.hold(path, "r2"):
        pass
