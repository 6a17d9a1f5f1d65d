"""Files for people: written beside their name, complete or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from schemas.errors import CallqaError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a file of mode 0600 that takes the name `path` when the block ends well; the old file stays until then.

    Raises CallqaError when the folder is missing or may not be written, or the disk is full.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield cast("BinaryIO", file)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as problem:
        fix = "Free some space." if problem.errno == errno.ENOSPC else "Check the folder and its permissions."
        raise CallqaError(f"cannot write: {problem.strerror}", where=Where(path), fix=fix) from None
    finally:
        half.unlink(missing_ok=True)
