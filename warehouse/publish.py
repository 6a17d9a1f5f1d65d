"""Publish: a complete, checkpointed database appears under its name by atomic rename.

An open reader keeps the file it opened; a new one sees the new file; nobody ever sees half a night.
"""

from __future__ import annotations

import errno
import os
import shutil
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

    Order: copy, fsync, rename into snapshots, hard link, rename onto `published`, fsync of both folders. A crash
    between any two steps leaves the old publication whole. Raises WarehouseError when the work file still has a WAL (a
    copy would lose rows) or the disk is full.
    """
    wal = work_file.with_name(work_file.name + ".wal")
    if wal.exists():
        raise WarehouseError(f"{wal} exists: the work file is not checkpointed", fix="Run the night again.")
    for folder in (published.parent, snapshots):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    snapshot, link = snapshots / f"{run_id}.duckdb", published.with_name(f".{published.name}.new")
    half = snapshots / f".{run_id}.part"
    try:
        shutil.copyfile(work_file, half)
        half.chmod(0o600)
        _sync(half)
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


def _prune(snapshots: Path, keep: int) -> None:
    """Keep the newest `keep` snapshots; run ids sort by time."""
    for old in sorted(snapshots.glob("*.duckdb"))[: -max(keep, 1)]:
        old.unlink()
    for half in snapshots.glob(".*.part"):
        half.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
