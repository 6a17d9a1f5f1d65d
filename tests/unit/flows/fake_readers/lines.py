"""One leg per line of a text file; a line `bad` is rejected, an empty one ignored; other words do harm."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import time
from dataclasses import dataclass, field

import pyarrow as pa

from flows.reading.contract import Chunk, conform, rejects
from schemas.errors import InputRefused, MappingError, Where
from schemas.typed import build


@dataclass(frozen=True)
class Settings:
    """`agent` is who takes every call."""

    agent: str = "a07"
    keep: list = field(default_factory=list)


def settings(raw, where):
    return build(Settings, {k: v for k, v in raw.items()}, where, error=MappingError)


def legs(file, numbers, settings):
    columns = {
        "leg_id": [f"{file.system}:{n}/1" for n in numbers],
        "interaction_id": [f"{file.system}:{n}" for n in numbers],
        "leg_no": [1] * len(numbers),
        "agent_id": [settings.agent] * len(numbers),
        "outcome": ["handled"] * len(numbers),
        "record_no": numbers,
    }
    return conform("leg", {name: pa.array(values) for name, values in columns.items()}, file)


def read(file, settings):
    lines = file.path.read_text().split("\n")
    harm = HARM.get(lines[0])
    if harm:
        yield from harm(file, settings)
        return
    good = [n for n, line in enumerate(lines, 1) if line not in ("", "bad")]
    bad = [{"record_no": n, "rule": "bad_line", "raw": line} for n, line in enumerate(lines, 1) if line == "bad"]
    tables = {"leg": [legs(file, good, settings)]} if good else {}
    yield Chunk(len(lines), len(lines) - len(good) - len(bad), tables, rejects(bad, file))


def start(file, settings):
    """Some rows, before things go wrong."""
    return Chunk(2, 0, {"leg": [legs(file, [1, 2], settings)]})


def refuse(file, settings):
    yield start(file, settings)
    raise InputRefused("ends in the middle of a record", where=Where(file.name, line=3))


def fail(file, settings):
    yield start(file, settings)
    raise ValueError("Frau Meier, 0171 555 0199")


def hog(file, settings):
    yield start(file, settings)
    kept = []
    while True:
        kept.append(bytearray(10 << 20))


def hog_arrow(file, settings):
    yield start(file, settings)
    kept = []
    while True:
        kept.append(pa.nulls(1 << 20, pa.int64()).fill_null(1))


def keep(file, settings):
    """Leave 80 MB behind that no later file can use."""
    settings.keep.append(bytearray(80 << 20))
    yield start(file, settings)


def sleep(file, settings):
    yield start(file, settings)
    print(os.getpid(), flush=True)
    time.sleep(600)


def spin(file, settings):
    while True:
        pass


def crash(file, settings):
    yield start(file, settings)
    ctypes.string_at(0)


def kill(file, settings):
    yield start(file, settings)
    os.kill(os.getpid(), signal.SIGKILL)


def child(file, settings):
    """Start a process that would outlive this one, and tell its number."""
    pid = os.fork()
    if pid:
        (file.path.parent / "grandchild").write_text(str(pid))
    time.sleep(600)
    yield start(file, settings)


def full(file, settings):
    yield start(file, settings)
    raise OSError(errno.ENOSPC, "No space left on device")


def shout(file, settings):
    """Print much: it must not disturb the protocol."""
    print('{"event": "read"}' * 1000, flush=True)
    yield start(file, settings)


def wide(file, settings):
    """Write more than RLIMIT_FSIZE allows (8 MB when file_mb is 1)."""
    raw = os.urandom(1 << 20).hex()
    for number in range(1, 30):
        yield Chunk(1, 0, {}, rejects([{"record_no": number, "rule": "x", "raw": raw}], file))


def both(file, settings):
    yield Chunk(1, 0, {"leg": [legs(file, [1], settings)]}, rejects([{"record_no": 1, "rule": "x"}], file))


def miscount(file, settings):
    yield Chunk(3, 0, {"leg": [legs(file, [1, 2], settings)]})


def twice(file, settings):
    yield Chunk(2, 0, {"leg": [legs(file, [1, 2], settings)]})
    yield Chunk(2, 0, {"leg": [legs(file, [3, 2], settings)]})


def unordered(file, settings):
    yield Chunk(2, 0, {"leg": [legs(file, [3, 4], settings)]})
    yield Chunk(2, 0, {"leg": [legs(file, [1, 2], settings)]})


def unknown_table(file, settings):
    yield Chunk(2, 0, {"legs": [legs(file, [1, 2], settings)]})


def other_schema(file, settings):
    yield Chunk(1, 0, {"leg": [pa.RecordBatch.from_pydict({"record_no": [1]})]})


def no_number(file, settings):
    yield Chunk(1, 0, {"leg": [legs(file, [None], settings)]})


def other_file(file, settings):
    batch = legs(file, [1], settings)
    at = batch.schema.names.index("file_id")
    yield Chunk(1, 0, {"leg": [batch.set_column(at, batch.schema.field(at), pa.array(["f2"]))]})


def environment(file, settings):
    """Put what this process can see into the rows."""
    seen = " ".join(
        [*sorted(os.environ), os.getcwd(), str(os.path.exists("/proc/self/fd/0") and os.readlink("/proc/self/fd/0"))]
    )
    yield Chunk(1, 0, {}, rejects([{"record_no": 1, "rule": "x", "raw": seen}], file))


HARM = {
    name: found for name, found in globals().items() if callable(found) and name not in ("read", "settings", "legs")
}
