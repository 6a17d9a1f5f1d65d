"""Is everything kept still whole, and what to do when it is not: from snapshots, ledger and landing.

`verify` looks and changes nothing. `recover` puts the newest whole snapshot in the place of a damaged published or work
file, and what was loaded after that snapshot back into the inbox; the next night does the rest. Damaged files are moved
aside, never deleted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from flows import landing, lock
from schemas.errors import NightBusy
from warehouse import publish
from warehouse.connect import open_published
from warehouse.verify import unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.config import Config


@dataclass(frozen=True)
class Finding:
    """One thing looked at: a database, or all files of landing."""

    what: str
    state: Literal["ok", "damaged", "missing", "not checked"]
    detail: str = ""


def verify(config: Config) -> list[Finding]:
    """Check published file, snapshots, work file and landing, every byte of each."""
    return [*_published(config), *_snapshots(config), _work(config), *_landing(config)]


def recover(config: Config) -> list[str]:
    """Mend what `verify` finds. Returns what was done, in words; empty when nothing was wrong.

    Without a whole snapshot everything is read again from landing. Raises NightBusy while a night runs.
    """
    with lock.hold(config.data / "lock", "recover"):
        published = [one for one in _published(config) if one.state in ("damaged", "missing")]
        broken = config.work_file.exists() and unreadable(config.work_file)
        if not published and not broken:
            return []
        good = _newest_whole(config)
        origin = f"that of run {good.stem} again" if good else "gone: no snapshot is whole"
        done = []
        if published:
            _replace(config, config.published, good)
            done.append(f"the published file is {origin}")
        if broken:
            _set_aside(config, config.work_file.with_name(config.work_file.name + ".wal"))
            _replace(config, config.work_file, good)
            names = _deliver_again(config, good)
            done.append(f"the work file is {origin}; {len(names)} file(s) of landing lie in the inbox again")
        return [*done, "run `callqa nightly`: it loads, computes and publishes what is missing"]


def _published(config: Config) -> list[Finding]:
    newest = max(config.snapshots.glob("*.duckdb"), default=None)
    if newest is None:
        return [Finding("published file", "not checked", "nothing was published yet")]
    if not config.published.exists():
        return [Finding("published file", "missing")]
    problem = publish.damage(config.published, newest)
    return [Finding("published file", "damaged" if problem else "ok", problem or f"run {newest.stem}")]


def _snapshots(config: Config) -> list[Finding]:
    found = []
    for path in sorted(config.snapshots.glob("*.duckdb")):
        problem = publish.damage(path, path)
        found.append(Finding(f"snapshot {path.stem}", "damaged" if problem else "ok", problem or ""))
    return found


def _work(config: Config) -> Finding:
    if not config.work_file.exists():
        return Finding("work file", "not checked", "there is none yet")
    try:
        with lock.hold(config.data / "lock", "verify"):
            problem = unreadable(config.work_file)
    except NightBusy as busy:
        return Finding("work file", "not checked", str(busy))
    return Finding("work file", "damaged" if problem else "ok", problem or "")


def _landing(config: Config) -> list[Finding]:
    """Every file of landing still has the content it is named after."""
    count, found = 0, []
    for path in sorted(config.landing.glob("??/*")):
        count += 1
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                name = landing.landed(config).get(path.name, {}).get("name", "?")
                found.append(Finding(f"landing {path.name[:12]}…", "damaged", f"came as {name}"))
    return [*found, Finding("landing", "damaged" if found else "ok", f"{count} file(s)")]


def _newest_whole(config: Config) -> Path | None:
    for path in sorted(config.snapshots.glob("*.duckdb"), reverse=True):
        if publish.damage(path, path) is None and unreadable(path) is None:
            return path
    return None


def _replace(config: Config, path: Path, good: Path | None) -> None:
    _set_aside(config, path)
    if good:
        publish.restore(good, path)


def _set_aside(config: Config, path: Path) -> None:
    if path.exists():
        aside = config.data / "damaged"
        landing.private(aside)
        path.replace(aside / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{path.name}")


def _deliver_again(config: Config, snapshot: Path | None) -> list[str]:
    """Put what landed and is not in a snapshot's ledger back into the inbox, under the name it came with."""
    known, names = set[str](), list[str]()
    if snapshot:
        with open_published(snapshot) as connection:
            known = {row[0] for row in connection.execute("SELECT file_id FROM ops.file_ledger").fetchall()}
    for file_id, entry in landing.landed(config).items():
        landed = config.landing / file_id[:2] / file_id
        parts = PurePosixPath(entry["name"]).parts
        if file_id in known or not landed.is_file() or not parts or {"..", "/"} & set(parts):
            continue
        target = config.inbox.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            half = target.with_name(f".{target.name}.part")
            half.write_bytes(landed.read_bytes())
            half.replace(target)
        names.append(entry["name"])
    return names
