"""One night at a time. The lock is the kernel's (flock): it goes with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from schemas.errors import NightBusy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def hold(path: Path, run_id: str) -> Iterator[None]:
    """Hold the workspace's lock and write into it who holds it, for `callqa status`. Raises NightBusy at once."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NightBusy(_holder(handle), fix="Wait for it, or end that process.") from None
        own = {"pid": os.getpid(), "host": socket.gethostname(), "run_id": run_id}
        own["started_at"] = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(own).encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    """Say who holds the lock; the holder may just be writing it."""
    try:
        held = json.loads(os.pread(handle, 4096, 0))
        return f"another night is running: process {held['pid']} on {held['host']} since {held['started_at']}"
    except (ValueError, KeyError, TypeError):
        return "another night is running"
