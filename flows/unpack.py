"""Unpack a delivered file for its reader: gzip, Zstandard and bz2, told from the first bytes, within limits.

Landing keeps the file as it was delivered. The unpacked copy lives as long as its reader needs it, in the reading
child's own folder; positions of records count unpacked bytes.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from schemas.errors import InputRefused, Where
from schemas.packed import HEAD_BYTES, packing, unread_packing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = 1 << 20


@contextmanager
def unpacked(path: Path, name: str, folder: Path, limit_mb: int) -> Iterator[Path]:
    """Yield the path of the file's content: the file itself, or its unpacked copy in `folder`, removed afterwards.

    Raises InputRefused for a damaged or cut-off file, for one that grows over `limit_mb` MB, and for archives that are
    not read.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if other := unread_packing(head):
        raise InputRefused(
            f"a {other} archive",
            where=Where(name),
            expected="a file as it is, or packed by gzip, zstd or bzip2",
            fix="Unpack it, or export it again.",
        )
    packed = packing(head)
    if packed is None:
        yield path
        return
    copy = folder / "unpacked"
    try:
        _unpack(path, packed, copy, name, limit_mb)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _unpack(path: Path, packed: str, copy: Path, name: str, limit_mb: int) -> None:
    size, most = 0, limit_mb << 20
    with copy.open("wb") as out:
        for block in _blocks(path, packed, name):
            size += len(block)
            if size > most:
                raise InputRefused(
                    "too large unpacked",
                    where=Where(name),
                    found=f"more than {most} bytes from {path.stat().st_size} packed ones",
                    expected=f"at most limits.file_mb = {limit_mb}",
                    fix="Deliver it in parts, or raise the limit if you trust where it comes from.",
                )
            out.write(block)


def _blocks(path: Path, packed: str, name: str) -> Iterator[bytes]:
    try:
        with pa.input_stream(str(path), compression=packed) as stream:
            while block := stream.read(_BLOCK):
                yield block
    except OSError as problem:
        if problem.errno is not None:  # the disk's trouble, not the file's
            raise
        raise InputRefused(
            f"a damaged {packed} file",
            where=Where(name),
            found=str(problem).splitlines()[0][:200],
            expected=f"{packed} to its end",
            fix="Deliver it again.",
        ) from None
