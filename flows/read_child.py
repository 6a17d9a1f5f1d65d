"""The child process that reads files: `python -m flows.read_child JOB PIPE`, started by flows/sandbox.py only.

It puts itself under limits, then reads the files of its job one by one, writes their rows as Arrow files and reports
each on the pipe as one line of JSON: {"event": "start"}, then "read" with counts or "refused" with a reason. "memory",
"disk_full" and "unusable" are last words.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.read_output import BrokenContract, Output
from flows.readers import reader, source_settings
from flows.reading.contract import SourceFile
from flows.unpack import unpacked
from schemas.config import Config
from schemas.errors import CallqaError, Where
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.config import Limits, Source

REASON_CHARACTERS = 2000
_FULL = (errno.ENOSPC, errno.EDQUOT)
_PR_SET_PDEATHSIG = 1

Event = dict[str, Any]


def main(job_path: str, pipe: str) -> int:
    """Read all files of a job; returns the exit code."""
    job = json.loads(Path(job_path).read_bytes())
    config = build(Config, job["config"], lambda key: Where(field=key))
    die_with_parent(job["parent"])
    set_limits(config.limits)
    with os.fdopen(int(pipe), "w", encoding="utf-8", buffering=1) as told:

        def tell(event: Event) -> bool:
            told.write(json.dumps(event) + "\n")
            return event["event"] not in ("memory", "disk_full", "unusable")

        try:
            read_one = _reading(config, job)
        except CallqaError as problem:
            return int(not tell({"event": "unusable", "reason": str(problem)}))
        for file in job["files"]:
            limit_processor(config.limits)
            tell({"event": "start"})
            if not tell(_guarded(read_one, file, config.limits)):
                return 1
    return 0


def die_with_parent(parent: int) -> None:
    """Have the system kill this process when the night's thread that started it ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above
        sys.exit(1)


def set_limits(limits: Limits) -> None:
    """Bound memory, open files and the size of what is written; leave no core file with customers' words in it."""
    os.umask(0o077)
    memory = limits.reader_memory_mb << 20
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_FSIZE, output_mb(limits) << 20),
        # DATA counts what the process may write to, which is what it really uses. AS also counts program files and
        # address space that was only set aside: a backstop for mapped files.
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, 2 * memory + (1 << 30)),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def limit_processor(limits: Limits) -> None:
    """Bound the processor time from now on: the end of a file's reading when the parent is stopped, not dead."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + limits.reader_seconds * max(1, limits.threads) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def output_mb(limits: Limits) -> int:
    """Return the largest file of rows that one table of one input file may give, in MB."""
    return 8 * limits.file_mb


def _reading(config: Config, job: dict[str, Any]) -> Callable[[dict[str, Any]], Event]:
    """Return the function that reads one file of the job with the source's reader and settings."""
    source = config.all_sources[job["source"]]
    module = reader(config, source, job["package"])
    settings = source_settings(config, source, job["package"])

    def read_one(file: dict[str, Any]) -> Event:
        folder = Path(job["out_dir"])
        with (
            unpacked(Path(file["path"]), file["name"], Path.cwd(), config.limits.file_mb) as path,
            Output(folder, file["at"], described := _described(config, source, file, path)) as output,
        ):
            for chunk in module.read(described, settings):
                output.take(chunk)
            return {"event": "read", **output.counts()}

    return read_one


def _described(config: Config, source: Source, file: dict[str, Any], path: Path) -> SourceFile:
    return SourceFile(
        path=path,
        name=file["name"],
        file_id=file["file_id"],
        source=source.name,
        system=source.system,
        timezone=config.site.timezone,
        record_bytes=config.limits.record_mb << 20,
    )


def _guarded(read_one: Callable[[dict[str, Any]], Event], file: dict[str, Any], limits: Limits) -> Event:
    """Read one file; whatever goes wrong becomes an event."""
    started = time.monotonic()
    try:
        event = read_one(file)
    except MemoryError:
        event = {"event": "memory", "reason": f"used more than {limits.reader_memory_mb} MB of memory"}
    except CallqaError as problem:
        event = {"event": "refused", "reason": str(problem)[:REASON_CHARACTERS]}
    except BrokenContract as problem:
        event = {"event": "refused", "reason": f"the reader broke its contract: {problem}"}
    except OSError as problem:
        event = {"event": "disk_full"} if problem.errno in _FULL else _failed(problem)
        if problem.errno == errno.EFBIG:
            event["reason"] = f"gives rows of more than {output_mb(limits)} MB for one table"
    except Exception as problem:  # whatever a reader trips over, the other files are read
        event = _failed(problem)
    return event | {"seconds": round(time.monotonic() - started, 3)}


def _failed(problem: Exception) -> Event:
    """Name the kind of an unforeseen error and its place; its text may hold customers' words."""
    place = traceback.extract_tb(problem.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return {"event": "refused", "reason": f"the reader failed: {type(problem).__name__} in {where}"}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
