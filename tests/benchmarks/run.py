"""Seconds of every step of a night over a generated centre, and the same night again. `make bench` runs it.

python tests/benchmarks/run.py [--calls-per-day 4000] [--days 3] [--agents 100]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows import steps
from flows.demo import make_demo
from schemas.config import load_config


def night(workspace: Path, day) -> dict[str, float]:
    """Run one night and return the seconds of its steps."""
    seconds = {}
    with steps.night(load_config(workspace), day) as tonight:
        for step in steps.ORDER:
            started = time.perf_counter()
            step(tonight)
            seconds[step.__name__] = time.perf_counter() - started
        steps.tell(tonight)
    return seconds


def help_seconds() -> float:
    """Return how long `callqa --help` takes at best."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([Path(sys.executable).with_name("callqa"), "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls-per-day", type=int, default=4000)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--agents", type=int, default=100)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "centre"
        made = make_demo(workspace, days=wanted.days, agents=wanted.agents, calls_per_day=wanted.calls_per_day)
        size = sum(path.stat().st_size for path in (workspace / "inbox").rglob("*") if path.is_file())
        print(f"{made.calls:,} calls, {made.mails:,} e-mails, {made.transcripts:,} transcripts, {size / 1e6:.0f} MB")
        first, again = night(workspace, made.last_day), night(workspace, made.last_day)
    print(f"{'step':<10} {'first':>8} {'again':>8}   seconds")
    for name in first:
        print(f"{name:<10} {first[name]:8.2f} {again[name]:8.2f}")
    print(f"{'total':<10} {sum(first.values()):8.2f} {sum(again.values()):8.2f}")
    print(f"callqa --help {help_seconds():.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the night's own process {peak:.0f} MB; importing Great Expectations is part of `validate`")


if __name__ == "__main__":
    sys.exit(main())
