"""Object stores and other file systems: `s3://bucket/prefix`, `gs://…`, `abfs://…`, `file:///mnt/share`.

Every object below the prefix is fetched once, and again when its size or time changed. Credentials come from where
the store's own tools look for them (for S3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, profiles, the machine's role).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pyarrow.fs as arrow_fs

from flows.places.contract import Fetched, Place
from schemas.errors import CallqaError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMES = ("s3", "gs", "abfs", "abfss", "file")
_BLOCK = 1 << 20


def fetch(place: Place, folder: Path, memory: dict[str, Any]) -> Iterator[Fetched]:
    """Fetch objects that are new or changed, in the order of their names.

    `memory` is {"seen": {key: [size, time in ns]}}; keys that are gone are forgotten. An object larger than
    limits.file_mb is left where it is and raises after all others were fetched.
    """
    system, root = _open(place)
    found = _listed(place, system, root)
    known = memory.get("seen", {})
    seen = {key: known[key] for key in found if key in known}
    too_large = []
    for key, info in found.items():
        stamp = [info.size, info.mtime_ns]
        if seen.get(key) == stamp:
            continue
        if info.size > place.limits.file_mb << 20:
            too_large.append(key)
            continue
        size = _copy(place, system, info, folder / key)
        seen[key] = stamp
        yield Fetched(key, size, {"seen": dict(seen)})
    if too_large:
        raise CallqaError(
            f"{len(too_large)} objects are too large",
            where=Where(_shown(place.url)),
            found=too_large[0],
            expected=f"at most limits.file_mb = {place.limits.file_mb}",
            fix="Raise the limit, or deliver them in parts.",
        )


def _open(place: Place) -> tuple[arrow_fs.FileSystem, str]:
    try:
        system, root = arrow_fs.FileSystem.from_uri(place.url)
    except (OSError, ValueError, TypeError) as problem:
        raise _unusable(place, problem) from None
    return system, root.rstrip("/")


def _listed(place: Place, system: arrow_fs.FileSystem, root: str) -> dict[str, arrow_fs.FileInfo]:
    """Return the objects below the prefix by their path from there; names that could leave the folder are none."""
    try:
        infos = system.get_file_info(arrow_fs.FileSelector(root, recursive=True))
    except OSError as problem:
        raise _unusable(place, problem) from None
    files = {info.path[len(root) :].lstrip("/"): info for info in infos if info.type == arrow_fs.FileType.File}
    return {key: files[key] for key in sorted(files) if _is_plain(key)}


def _is_plain(key: str) -> bool:
    """Return whether a key is a path that stays below where it is put, with no hidden part."""
    parts = key.split("/")
    return all(part and not part.startswith(".") and "\0" not in part for part in parts)


def _copy(place: Place, system: arrow_fs.FileSystem, info: arrow_fs.FileInfo, target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size = 0
    try:
        with system.open_input_stream(info.path) as stream, target.open("wb") as out:
            while block := stream.read(_BLOCK):
                size += out.write(block)
                if size > place.limits.file_mb << 20:
                    raise OSError("grew over limits.file_mb while it was fetched")
    except OSError as problem:
        target.unlink(missing_ok=True)
        raise _unusable(place, problem) from None
    return size


def _unusable(place: Place, problem: Exception) -> CallqaError:
    text = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
    return CallqaError(
        "cannot read from this place",
        where=Where(_shown(place.url)),
        found=text[:300],
        fix="Check the URL, the network and the credentials; what was fetched before stays.",
    )


def _shown(url: str) -> str:
    """Return a URL without what may be secret in it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return urlunsplit((parts.scheme, host + (f":{parts.port}" if parts.port else ""), parts.path, "", ""))
