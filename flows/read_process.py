"""A child process that reads files (flows/read_child.py) as the night sees it: started, listened to, surely ended."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from schemas.errors import CallqaError, Where

if TYPE_CHECKING:
    from schemas.config import Limits

# Importing Python, Arrow and the reader on a slow, busy machine; no file has been opened by then.
START_SECONDS = 120
_LOG_BYTES = 4096
_OUT_OF_MEMORY = (b"bad_alloc", b"MemoryError", b"out of memory", b"can't start new thread")


class Child:
    """A running child process, from its start to its certain end."""

    def __init__(self, limits: Limits, out_dir: Path, job: dict[str, Any]) -> None:
        """Start it in an own folder below `out_dir`. Raises CallqaError when the system starts no process."""
        self.limits, self.out_dir = limits, out_dir
        self.folder = Path(mkdtemp(prefix="child-", dir=out_dir))
        self.timed_out, self.said = False, ""
        self.lines: list[bytes] = [b""]
        self.begun: float | None = None
        text = json.dumps(job | {"parent": os.getpid()}, default=str)
        (self.folder / "job.json").write_text(text, encoding="utf-8")
        self.pipe, write_end = os.pipe()
        try:
            self.process = self._start(write_end)
        except OSError as problem:
            os.close(self.pipe)
            raise CallqaError(f"cannot start a reader's process: {problem.strerror}") from None
        finally:
            os.close(write_end)

    def _start(self, write_end: int) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "flows.read_child", "job.json", str(write_end)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=_environment(self.folder, self.limits.threads),
                pass_fds=(write_end,),
                start_new_session=True,
            )

    def __enter__(self) -> Child:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it now."""
        self._end(patience=0)
        os.close(self.pipe)

    @property
    def seconds(self) -> float:
        """Return how long the child has been at its present file."""
        return time.monotonic() - self.begun if self.begun else 0.0

    def next_result(self) -> dict[str, Any] | None:
        """Wait for the result of the next file; None when the child died or took too long."""
        self.begun = None
        deadline = time.monotonic() + START_SECONDS
        while line := self._line(deadline):
            told = _decoded(line)
            if told["event"] == "start":
                self.begun = time.monotonic()
                deadline = self.begun + self.limits.reader_seconds
            elif told["event"] in ("read", "refused"):
                return told
            elif told["event"] == "disk_full":
                raise CallqaError(
                    "no room for what a reader read",
                    where=Where(self.out_dir),
                    fix="Make room and run the night again.",
                )
            else:  # last words
                self.said = told["reason"]
                break
        return None

    def cause(self) -> str:
        """Return why the child gave no result for the file it was at."""
        if self.timed_out:
            return f"took longer than {self.limits.reader_seconds} s"
        if self.said:
            return self.said
        code = self._end(patience=5)
        log = self.folder / "log"
        with log.open("rb") as text:
            text.seek(max(0, log.stat().st_size - _LOG_BYTES))
            out_of_memory = any(sign in text.read() for sign in _OUT_OF_MEMORY)
        if out_of_memory:
            return f"used more than {self.limits.reader_memory_mb} MB of memory"
        if code == -signal.SIGXCPU:
            return f"took longer than {self.limits.reader_seconds} s of processor time"
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        hint = ", perhaps by the system for lack of memory" if code == -signal.SIGKILL else ""
        return f"the reader crashed ({name}{hint})" if self.begun else f"the reader did not start ({name}{hint})"

    def _line(self, deadline: float) -> bytes | None:
        with selectors.DefaultSelector() as ready:
            ready.register(self.pipe, selectors.EVENT_READ)
            while len(self.lines) < 2:
                left = deadline - time.monotonic()
                if left <= 0 or not ready.select(left):
                    self.timed_out = self.begun is not None
                    return None
                block = os.read(self.pipe, 65536)
                if not block:
                    return None
                *whole, rest = (self.lines.pop() + block).split(b"\n")
                self.lines += [*whole, rest]
        return self.lines.pop(0)

    def _end(self, patience: float) -> int:
        """Kill the child and everything it started, after `patience` seconds to end by itself; return its exit code."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if isinstance(told, dict) and "event" in told:
        return told
    return {"event": "garbled", "reason": "the reader's process sent something unreadable"}


def _environment(home: Path, threads: int) -> dict[str, str]:
    return {
        # The child finds the same modules as this process, and nothing else of its surroundings.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        # malloc gives memory back and asks for no more than it needs: limits then mean what they say.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": str(threads),
    }
