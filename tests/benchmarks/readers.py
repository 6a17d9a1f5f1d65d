"""Measure every reader: MB/s of processor time on one core, beside the raw parse speed of a good library, and memory.

`.venv/bin/python tests/benchmarks/readers.py [FORMAT ...]`. The input is each format's first fixture, repeated: its
lines where the format has lines, else the same small file read again and again.
"""

from __future__ import annotations

import argparse
import csv
import email
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from email import policy
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from flows.readers import formats

sys.path.insert(0, str(Path(__file__).parent.parent))
from growing import case_of, count, grown

SECONDS = 2.0


def raw(path: Path) -> str:
    """Parse a file with a good library and throw the result away; return the library's name."""
    content = path.read_bytes()
    kind = path.suffix
    if kind == ".parquet":
        pq.read_table(path)
        return "pyarrow.parquet"
    if kind in (".json", ".jsonl", ".vcon"):
        try:
            orjson.loads(content)
        except orjson.JSONDecodeError:
            for line in content.splitlines():
                try:
                    orjson.loads(line)
                except orjson.JSONDecodeError:
                    continue
        return "orjson"
    if kind in (".mbox", ".eml") or "maildir" in str(path):
        for part in content.split(b"\nFrom "):
            email.message_from_bytes(part, policy=policy.default).get_body()
        return "email"
    if kind == ".xml":
        from xml.etree import ElementTree

        ElementTree.fromstring(content)
        return "expat"
    try:
        options = arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=lambda _: "skip")
        arrow_csv.read_csv(path, read_options=arrow_csv.ReadOptions(use_threads=False), parse_options=options)
        return "pyarrow.csv"
    except pa.ArrowInvalid:
        list(csv.reader(io.StringIO(content.decode("latin-1"))))
        return "csv"


def timed(work, size: int) -> float:
    """Return MB/s of processor time, the work repeated for some seconds."""
    started, turns = time.process_time(), 0
    while time.process_time() - started < SECONDS:
        work()
        turns += 1
    return turns * size / 1e6 / (time.process_time() - started)


def measure(name: str, megabytes: int, pipe) -> None:
    """Measure one format, in a process of its own so that its peak memory is its own."""
    case = case_of(name)
    with tempfile.TemporaryDirectory() as scratch:
        small = next(case.glob("input.*"))
        path = grown(name, case, megabytes << 20, Path(scratch)) or small
        size = path.stat().st_size
        count(name, case, small)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours = timed(lambda: count(name, case, path), size)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        library = raw(path)
        theirs = timed(lambda: raw(path), size)
    whole = "file" if path == small else "stream"
    pipe.send((name, case.name, whole, size, ours, library, theirs, before / 1024, peak / 1024))


def main() -> int:
    """Measure the formats named, or all, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("formats", nargs="*")
    parser.add_argument("--megabytes", type=int, default=64)
    wanted = parser.parse_args()
    head = f"{'format':<22} {'fixture':<24} {'read as':<7} {'MB':>6} {'MB/s':>8} {'raw MB/s':>9}"
    print(f"{head} {'library':<16} MB more")
    for name in wanted.formats or formats():
        here, there = multiprocessing.get_context("spawn").Pipe()
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(name, wanted.megabytes, there))
        process.start()
        there.close()
        try:
            name, case, whole, size, ours, library, theirs, before, peak = here.recv()
        except EOFError:
            print(f"{name:<22} failed")
            continue
        finally:
            process.join()
        numbers = f"{size / 1e6:6.1f} {ours:8.2f} {theirs:9.2f} {library:<16} {peak - before:7.0f}"
        print(f"{name:<22} {case:<24} {whole:<7} {numbers}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
