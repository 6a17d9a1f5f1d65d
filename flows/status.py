"""How the workspace stands, read from the run reports and folders alone: no database is opened.

Good means: the newest night went well and the last good one is not older than the schedule asks for.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.inbox import UNFINISHED
from flows.schedule import last_due
from schemas.config import FILE_NAME
from schemas.errors import CallqaError, Where

if TYPE_CHECKING:
    from schemas.config import Config

# A night may still be missing this long after its time: with a daily schedule, the last good one is at most 36 h old.
GRACE = timedelta(hours=12)


@dataclass(frozen=True)
class Night:
    """One finished run, from its report. `age_s` counts from its end, in seconds."""

    run_id: str
    business_date: str
    status: str
    ended_at: str
    age_s: int
    records: dict[str, int]
    files: dict[str, int]
    unreached: int
    quarantine: dict[str, int]
    error: str | None = None


@dataclass(frozen=True)
class Running:
    """The holder of the lock. `alive` is None on another host: it cannot be seen from here."""

    run_id: str
    pid: int
    host: str
    started_at: str
    alive: bool | None


@dataclass(frozen=True)
class Status:
    """The whole picture. `problems` says in words why it is not good; empty when it is."""

    workspace: str
    site: str
    last: Night | None
    last_good: Night | None
    running: Running | None
    waiting: dict[str, int]
    snapshots: list[str]
    published: str | None
    problems: list[str]

    @property
    def exit_code(self) -> int:
        """0 when all is good, else 1."""
        return 1 if self.problems else 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self) | {"good": not self.problems}


def status(config: Config, now: datetime) -> Status:
    """Return how the workspace stands at `now`. Raises CallqaError for a report that cannot be read."""
    last, good = (_night(config.runs / name, now) for name in ("latest.json", "latest_good.json"))
    running = holder(config.data / "lock")
    problems = _overdue(config, good, now) if good else ["no night has been published yet: run `callqa nightly`"]
    if last and last.status != "ok":
        problems.append(f"the last night ({last.business_date}) ended with {last.status}{_because(last)}")
    if running and running.alive is False:
        problems.append(f"run {running.run_id} ended without finishing: the next `callqa nightly` takes over")
    return Status(
        workspace=str(config.root),
        site=config.site.name,
        last=last,
        last_good=good,
        running=running,
        waiting=waiting(config.inbox),
        snapshots=sorted(path.stem for path in config.snapshots.glob("*.duckdb")),
        published=str(config.published) if config.published.exists() else None,
        problems=problems,
    )


def holder(lock: Path) -> Running | None:
    """Return who holds the lock file, or held it when it was killed; None when nobody does."""
    try:
        text = lock.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        raw = json.loads(text)
        pid, host = int(raw["pid"]), str(raw["host"])
        return Running(str(raw["run_id"]), pid, host, str(raw["started_at"]), _alive(pid, host))
    except (ValueError, KeyError, TypeError):
        return None if not text.strip() else Running("?", 0, "?", "?", alive=False)


def waiting(inbox: Path) -> dict[str, int]:
    """Return number and bytes of the files in the inbox; hidden ones and uploads in progress do not count."""
    sizes = []
    for folder, _, names in os.walk(inbox):
        for name in names:
            if name.startswith(".") or name.endswith(UNFINISHED):
                continue
            with suppress(FileNotFoundError):  # taken by a night that runs just now
                sizes.append((Path(folder) / name).lstat().st_size)
    return {"files": len(sizes), "bytes": sum(sizes)}


def _night(path: Path, now: datetime) -> Night | None:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        ended = datetime.fromisoformat(raw["ended_at"])
        return Night(
            run_id=raw["run_id"],
            business_date=raw["business_date"],
            status=raw["status"],
            ended_at=raw["ended_at"],
            age_s=int((now - ended).total_seconds()),
            records=raw["records"],
            files=raw["files"],
            unreached=len(raw.get("unreached", [])),  # reports before version 0.2 have none
            quarantine=raw["quarantine"],
            error=raw.get("error"),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as problem:
        what = f"not a run report ({type(problem).__name__})"
        raise CallqaError(what, where=Where(path), fix="Delete it; the next night writes it anew.") from None


def _overdue(config: Config, good: Night, now: datetime) -> list[str]:
    due = last_due(config.nightly.cron, config.site.timezone, now - GRACE, config.root / FILE_NAME)
    if due is None or datetime.fromisoformat(good.ended_at) >= due:
        return []
    return [f"no good night since {good.business_date}: one was due at {due.astimezone(UTC):%Y-%m-%d %H:%M} UTC"]


def _because(night: Night) -> str:
    if night.error:
        return f": {night.error}"
    counts = {"file(s) refused": night.files.get("refused"), "place(s) not reached": night.unreached}
    what = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f": {what}, see data/runs/latest.json" if what else ""


def _alive(pid: int, host: str) -> bool | None:
    if host != socket.gethostname():
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
