"""Publish: a complete, checkpointed database appears under its name by atomic rename.

An open reader keeps the file it opened; a new one sees the new file; nobody ever sees half a night.
"""

from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING

from schemas.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection


def checkpoint(connection: DuckDBPyConnection) -> None:
    """Write everything into the database file, so that nothing is left in its WAL."""
    connection.execute("CHECKPOINT")


def publish(work_file: Path, published: Path, snapshots: Path, run_id: str, keep: int) -> Path:
    """Copy the closed work file to a snapshot and let it take the published name. Returns the snapshot.

    Order: copy, fsync, its SHA-256 beside it, rename into snapshots, hard link, rename onto `published`, fsync of both
    folders. A crash between any two steps leaves the old publication whole. Raises WarehouseError when the work file
    still has a WAL (a copy would lose rows) or the disk is full.
    """
    wal = work_file.with_name(work_file.name + ".wal")
    if wal.exists():
        raise WarehouseError(f"{wal} exists: the work file is not checkpointed", fix="Run the night again.")
    for folder in (published.parent, snapshots):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    snapshot, link = snapshots / f"{run_id}.duckdb", published.with_name(f".{published.name}.new")
    half = snapshots / f".{run_id}.part"
    try:
        _note(seal(snapshot), _copy(work_file, half))
        half.replace(snapshot)
        link.unlink(missing_ok=True)
        os.link(snapshot, link)
        link.replace(published)
        _sync(snapshots)
        _sync(published.parent)
    except OSError as problem:
        half.unlink(missing_ok=True)
        if problem.errno != errno.ENOSPC:
            raise
        need = work_file.stat().st_size
        raise WarehouseError(
            f"disk full while publishing to {snapshots}", fix=f"Free {need} bytes and run again."
        ) from None
    _prune(snapshots, keep)
    return snapshot


def seal(snapshot: Path) -> Path:
    """Return where the SHA-256 of a snapshot's bytes stands."""
    return snapshot.with_suffix(".sha256")


def damage(database: Path, snapshot: Path) -> str | None:
    """Return what is wrong with the bytes of a published database or snapshot; None when they are as published.

    `snapshot` is the one it should be: every bit counts, also in parts no query reads.
    """
    try:
        expected = seal(snapshot).read_text(encoding="ascii").strip()
        with database.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as problem:
        return f"cannot be checked: {problem}"
    return None if found == expected else "its bytes are not those that were published"


def restore(snapshot: Path, published: Path) -> None:
    """Let a copy of a snapshot take the published name."""
    half = published.with_name(f".{published.name}.new")
    half.unlink(missing_ok=True)
    _copy(snapshot, half)
    half.replace(published)
    _sync(published.parent)


def _copy(source: Path, target: Path) -> str:
    """Copy a file for the owner only, durably. Returns the SHA-256 of its bytes."""
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with source.open("rb") as file, os.fdopen(handle, "wb") as out:
        while block := file.read(1 << 22):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _note(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())


def _prune(snapshots: Path, keep: int) -> None:
    """Keep the newest `keep` snapshots; run ids sort by time."""
    for old in sorted(snapshots.glob("*.duckdb"))[: -max(keep, 1)]:
        old.unlink()
        seal(old).unlink(missing_ok=True)
    for half in snapshots.glob(".*.part"):
        half.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
