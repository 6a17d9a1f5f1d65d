"""Claim: every file in the inbox becomes a copy in landing, named by the hash of the bytes that were read.

The inbox is a folder others write to, so nothing in it is believed: links are not followed, only regular files with
one name are opened, a name is matched and shown but never used to build a path, and what is loaded later is the copy.
A file that changes while it is copied waits for the next night.

Files are taken folder by folder in the order of their names. That order is the order of arrival: of two versions of a
record that the source did not stamp, the one in the file named later wins.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from flows import landing
from flows.landing import Left
from schemas.config import ENTRIES
from schemas.errors import CallqaError, Where, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemas.config import Config, Source

# Uploads in progress, by the habit of the tools that make them; they are not even mentioned.
UNFINISHED = (".part", ".tmp")
MAX_DEPTH = 16
_ROOT = os.O_RDONLY | os.O_DIRECTORY
_FOLDER = _ROOT | os.O_NOFOLLOW
# O_NONBLOCK: a pipe put in the place of a file must not hold up the night.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

Identity = tuple[int, int, int, int]


@dataclass(frozen=True)
class Claim:
    """One file of the inbox and what became of it.

    `name` is the path below the inbox with `/`, made printable; `path` is where it lies. `claimed`: `file_id` (SHA-256)
    and `landed` name the copy. `refused` and `waiting` carry a `reason`. `identity` is (device, inode, size, mtime in
    ns) of the file that was copied.
    """

    name: str
    path: Path
    status: Literal["claimed", "refused", "waiting"]
    source: Source | None = None
    file_id: str = ""
    bytes: int = 0
    landed: Path | None = None
    reason: str | None = None
    identity: Identity | None = None


def claim(config: Config) -> list[Claim]:
    """Copy every file of the inbox into landing. Returns one Claim a file, in the order of arrival.

    Hidden files and folders, folders whose name begins with `_` and unfinished uploads (`.part`, `.tmp`) are passed
    over. Raises CallqaError when the inbox cannot be read or landing cannot be written.
    """
    landing.prepare(config)
    try:
        root = os.open(config.inbox, _ROOT)
    except OSError as problem:
        raise CallqaError(
            f"cannot read the inbox: {problem.strerror}", where=Where(config.inbox), fix="Create the folder."
        ) from None
    try:
        claims = [_claim_one(config, folder, name, info) for folder, name, info in _walk(root, "")]
    finally:
        os.close(root)
    for folder in {found.landed.parent for found in claims if found.landed} | {config.landing}:
        landing.sync(folder)
    return _one_source_each(claims)


def release(config: Config, claimed: Claim) -> bool:
    """Remove a claimed file from the inbox, if it is still the one that was copied. Returns whether it is gone.

    To be called after the commit. A file replaced or changed since stays: it is new and is for the next night.
    """
    *folders, name = claimed.path.relative_to(config.inbox).parts
    try:
        with _opened(config.inbox, folders) as folder:
            if _identity(os.stat(name, dir_fd=folder, follow_symlinks=False)) != claimed.identity:
                return False
            os.unlink(name, dir_fd=folder)
            return True
    except FileNotFoundError:
        return True
    except OSError:
        return False


def matches(pattern: str, name: str) -> bool:
    """Return whether a glob takes a path below the inbox. `*` stays within a folder, `**/` is any folders or none."""
    return _match(pattern.split("/"), name.split("/"))


def _match(wanted: list[str], parts: list[str]) -> bool:
    if not wanted or not parts:
        return wanted == parts
    if wanted[0] == "**":
        return len(wanted) == 1 or _match(wanted[1:], parts) or _match(wanted, parts[1:])
    return fnmatchcase(parts[0], wanted[0]) and _match(wanted[1:], parts[1:])


def _walk(folder: int, prefix: str) -> Iterator[tuple[int, str, os.stat_result]]:
    """Yield (open folder, path below the inbox, lstat) of everything that is no folder to go into."""
    for name in sorted(os.listdir(folder)):
        if name.startswith(".") or name.endswith(UNFINISHED):
            continue
        try:
            info = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            continue  # taken away since the folder was listed
        if not stat.S_ISDIR(info.st_mode):
            yield folder, prefix + name, info
        elif not name.startswith("_"):
            yield from _walk_below(folder, prefix, name, info)


def _walk_below(folder: int, prefix: str, name: str, info: os.stat_result) -> Iterator[tuple[int, str, os.stat_result]]:
    """Walk a subfolder; one that is too deep or cannot be opened is itself yielded, to be refused by name."""
    try:
        child = os.open(name, _FOLDER, dir_fd=folder) if prefix.count("/") < MAX_DEPTH else None
    except OSError:
        child = None
    if child is None:
        yield folder, prefix + name, info
        return
    try:
        yield from _walk(child, f"{prefix}{name}/")
    finally:
        os.close(child)


def _claim_one(config: Config, folder: int, name: str, info: os.stat_result) -> Claim:
    """Check, match and copy one file of an open folder."""
    found = Claim(_printable(name), config.inbox / name, "refused", bytes=info.st_size)
    try:
        _check(name, info)
        found = replace(found, source=_source(config, name))
        copied, identity = _steady_copy(config, folder, name)
    except Left as left:
        return replace(found, status=left.status, reason=left.reason)
    landed = landing.keep(config, copied)
    return replace(
        found, status="claimed", file_id=copied.file_id, bytes=copied.bytes, landed=landed, identity=identity
    )


def _check(name: str, info: os.stat_result) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise Left(f"is a folder that cannot be opened, or lies more than {MAX_DEPTH} folders deep")
    if not stat.S_ISREG(info.st_mode):
        raise Left(f"is {_KINDS.get(stat.S_IFMT(info.st_mode), 'something else')}, not a file: put a copy there")
    if info.st_nlink != 1:
        raise Left(f"has {info.st_nlink} names (hard links): put a copy there")
    if _printable(name) != name:
        raise Left("has a name with control characters or not in UTF-8: rename it")


def _check_entry(name: str, info: os.stat_result) -> None:
    """Decisions of people come from the commands alone: whoever may deliver files must not be able to forge one."""
    if matches(ENTRIES.files, name) and (info.st_uid != os.geteuid() or info.st_mode & 0o022):
        raise Left(
            "is an entry another user wrote or may write: enter it with `callqa coaching`, `dispute` or `review`"
        )


def _source(config: Config, name: str) -> Source:
    """Return the one source whose glob takes the file; what people entered is nobody else's."""
    if matches(ENTRIES.files, name):
        return ENTRIES
    takers = [source for source in config.sources if matches(source.files, name)]
    if len(takers) > 1:
        names = ", ".join(source.name for source in takers)
        raise Left(f"more than one source takes it ({names}): make their `files` differ")
    if not takers:
        raise Left(f"no source in callqa.toml takes it. {nearest(name, {s.files for s in config.sources})}")
    return takers[0]


def _steady_copy(config: Config, folder: int, name: str) -> tuple[landing.Copy, Identity]:
    """Copy a file that is the same, under the same name, before and after."""
    last = name.rpartition("/")[2]
    try:
        handle = os.open(last, _FILE, dir_fd=folder)
    except FileNotFoundError:
        raise Left("was taken away before it could be read", "waiting") from None
    except OSError as problem:
        raise Left(f"cannot be opened: {problem.strerror}") from None
    try:
        before = os.fstat(handle)
        _check(name, before)
        _check_entry(name, before)
        copied = landing.copy(config, handle, _printable(name))
        after = {_identity(os.fstat(handle)), _now(folder, last)}
    finally:
        os.close(handle)
    if after != {_identity(before)} or copied.bytes != before.st_size:
        copied.path.unlink()
        raise Left("changed while it was copied: it is read when it is complete", "waiting")
    return copied, _identity(before)


def _now(folder: int, name: str) -> Identity | None:
    try:
        return _identity(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _one_source_each(claims: list[Claim]) -> list[Claim]:
    """Let a file wait when another source has the same content tonight: records are counted by content hash."""
    owners: dict[str, str] = {}
    out = []
    for found in claims:
        own = found.source.name if found.source else ""
        other = owners.setdefault(found.file_id, own) if found.status == "claimed" else own
        if other != own:
            reason = f"has the same content as a file of source {other}: it is read in the next night"
            found = replace(found, status="waiting", reason=reason)
        out.append(found)
    return out


@contextmanager
def _opened(root: Path, parts: list[str]) -> Iterator[int]:
    """Open a folder below `root` one part at a time, so that no part can be a link."""
    handles = [os.open(root, _ROOT)]
    try:
        for part in parts:
            handles.append(os.open(part, _FOLDER, dir_fd=handles[-1]))
        yield handles[-1]
    finally:
        for handle in handles:
            os.close(handle)


def _identity(info: os.stat_result) -> Identity:
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def _printable(name: str) -> str:
    """Return a name as it can stand on one line: what is not UTF-8 or not printable as an escape."""
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(char if _shows(char) else char.encode("unicode_escape").decode("ascii") for char in text)


def _shows(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"
