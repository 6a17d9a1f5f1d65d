"""Landing: checked copies of delivered files, each named by the SHA-256 of its content: `landing/<aa>/<sha256>`.

A copy is complete and on disk before it has its name, so a name in landing is always a whole file.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from schemas.errors import CallqaError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.config import Config

_BLOCK = 1 << 20
_TEMPORARY = ".copy-"
JOURNAL = "journal.jsonl"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Left(Exception):
    """One file stays in the inbox, for this reason."""

    def __init__(self, reason: str, status: Literal["refused", "waiting"] = "refused") -> None:
        """Keep the reason; `waiting` is for files that may be complete tomorrow."""
        super().__init__(reason)
        self.reason, self.status = reason, status


@dataclass(frozen=True)
class Copy:
    """A copy without its name yet: SHA-256 and size of the bytes that were read and written."""

    path: Path
    file_id: str
    bytes: int


def prepare(config: Config) -> None:
    """Create landing and remove what a killed night left half copied. Raises CallqaError when it cannot be written."""
    try:
        private(config.landing)
        for leftover in config.landing.glob(f"{_TEMPORARY}*"):
            leftover.unlink()
    except OSError as problem:
        raise _cannot_write(config, problem, "a file", 0) from None


def copy(config: Config, handle: int, shown: str) -> Copy:
    """Copy an open file. Raises Left when it cannot be read or is too large, CallqaError when there is no room."""
    need = os.fstat(handle).st_size
    if need > config.limits.file_mb << 20:
        raise Left(f"has {need} bytes, more than limits.file_mb = {config.limits.file_mb} allows")
    try:
        target, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=config.landing)
    except OSError as problem:
        raise _cannot_write(config, problem, shown, need) from None
    digest, size, path = hashlib.sha256(), 0, Path(name)
    try:
        with os.fdopen(target, "wb", buffering=0) as out:
            for block in _blocks(config, handle):
                digest.update(block)
                size += out.write(block)
            os.fsync(out.fileno())
    except Left:
        path.unlink()
        raise
    except OSError as problem:
        path.unlink(missing_ok=True)
        raise _cannot_write(config, problem, shown, need) from None
    return Copy(path, digest.hexdigest(), size)


def keep(config: Config, copied: Copy) -> Path:
    """Give a copy its name and return it; a copy of the same content that is there already stays."""
    landed = config.landing / copied.file_id[:2] / copied.file_id
    try:
        if landed.is_file() and landed.stat().st_size == copied.bytes:
            copied.path.unlink()
        else:
            private(landed.parent)
            copied.path.rename(landed)
    except OSError as problem:
        copied.path.unlink(missing_ok=True)
        raise _cannot_write(config, problem, landed.name, copied.bytes) from None
    return landed


def journal(config: Config, run_id: str, files: list[tuple[str, str, str]]) -> None:
    """Note (file_id, source, name in the inbox) of newly landed files: with it landing alone can be read again."""
    if not files:
        return
    lines = [
        json.dumps({"file_id": f, "source": s, "name": n, "run_id": run_id}, ensure_ascii=False) for f, s, n in files
    ]
    handle = os.open(config.landing / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())


def landed(config: Config) -> dict[str, dict[str, str]]:
    """Return the journal by file_id; a line a crash cut off is passed over."""
    out = {}
    with suppress(FileNotFoundError), (config.landing / JOURNAL).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with suppress(ValueError, KeyError, TypeError):
                one = json.loads(line)
                out[one["file_id"]] = one
    return out


def private(folder: Path) -> None:
    """Create a folder, and those above it that are missing, for the owner alone."""
    if not folder.is_dir():
        private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _blocks(config: Config, handle: int) -> Iterator[bytes]:
    size, most = 0, config.limits.file_mb << 20
    while True:
        try:
            block = os.read(handle, _BLOCK)
        except OSError as problem:
            raise Left(f"cannot be read: {problem.strerror}") from None
        size += len(block)
        if size > most:
            raise Left(f"grew over limits.file_mb = {config.limits.file_mb} while it was copied", "waiting")
        if not block:
            return
        yield block


def _cannot_write(config: Config, problem: OSError, shown: str, need: int) -> CallqaError:
    if problem.errno not in _FULL:
        return CallqaError(f"cannot write the copy of {shown}: {problem.strerror}", where=Where(config.landing))
    free = os.statvfs(config.landing)
    return CallqaError(
        f"no room for the copy of {shown}",
        where=Where(config.landing),
        found=f"{free.f_bavail * free.f_frsize} bytes and {free.f_favail} files free",
        expected=f"at least {need} bytes",
        fix="Make room and run the night again; nothing was loaded.",
    )
