"""Read claimed files in a child process under limits: a hostile file costs at most its own rows.

One child reads the files of one source one after another (flows/read_child.py), so that Python and the reader are
loaded once. What it reads it writes as Arrow files, and it reports one file at a time over a pipe. When it dies, or
takes too long, the file it was at is refused and a new child goes on with the next one. A file on which a child died
that had read others before is tried once more in a child of its own: what becomes of a file must not depend on which
files were delivered with it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from flows.landing import private
from flows.read_output import path_of
from flows.read_process import Child
from flows.readers import SOURCES, settings_hash, source_settings
from schemas.errors import UsageError
from schemas.tables import core_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.inbox import Claim
    from schemas.config import Config, Source

__all__ = ["ReadResult", "read_files", "source_settings"]

FILES_PER_CHILD = 1000


@dataclass(frozen=True)
class ReadResult:
    """What became of one file: its records by kind, and its rows as one Arrow IPC file a table.

    `read` = `ignored` + `rejected` + `loaded_candidates`, all in records. A file that is not `ok` has a `reason` and
    no rows.
    """

    claim: Claim
    ok: bool
    reason: str | None = None
    read: int = 0
    ignored: int = 0
    rejected: int = 0
    loaded_candidates: int = 0
    tables: dict[str, Path] = field(default_factory=dict)
    rejects: Path | None = None
    seconds: float = 0.0
    settings_hash: str | None = None


def read_files(config: Config, claims: list[Claim], out_dir: Path, *, package: str = SOURCES) -> Iterator[ReadResult]:
    """Read claimed files and yield one result each, source by source. `package` is where the readers live.

    Raises CallqaError when a child cannot work at all, for instance because the disk is full.
    """
    private(out_dir)
    sources = {claimed.source.name: claimed.source for claimed in claims if claimed.source}
    for number, source in enumerate(sources.values()):
        own = [claimed for claimed in claims if claimed.source and claimed.source.name == source.name]
        try:
            source_settings(config, source, package)
            used = settings_hash(config, source)
        except UsageError as problem:
            yield from (ReadResult(claimed, ok=False, reason=str(problem)) for claimed in own)
            continue
        batch = _Batch(config, source, own, out_dir / f"{number:03d}", package, used)
        yield from batch.results()


@dataclass
class _Batch:
    """The files of one source, and how far they are read."""

    config: Config
    source: Source
    claims: list[Claim]
    out_dir: Path
    package: str
    settings_hash: str

    def results(self) -> Iterator[ReadResult]:
        """Yield a result for every file, starting children until all files have one."""
        private(self.out_dir)
        first = 0
        while first < len(self.claims):
            end = min(first + FILES_PER_CHILD, len(self.claims))
            with Child(self.config.limits, self.out_dir, self._job(first, end)) as child:
                at = first
                while at < end and (told := child.next_result()):
                    yield self._result(at, told)
                    at += 1
                if at < end and (at == first or child.timed_out):
                    yield ReadResult(self.claims[at], ok=False, reason=child.cause(), seconds=child.seconds)
                    self._forget(at)
                    at += 1
            first = at

    def _result(self, at: int, told: dict[str, Any]) -> ReadResult:
        claimed = self.claims[at]
        if told["event"] == "refused":
            self._forget(at)
            return ReadResult(claimed, ok=False, reason=told["reason"], seconds=told["seconds"])
        known = core_tables()
        return ReadResult(
            claimed,
            ok=True,
            read=told["read"],
            ignored=told["ignored"],
            rejected=told["rejected"],
            loaded_candidates=told["with_rows"],
            tables={name: path_of(self.out_dir, at, name) for name in told["tables"] if name in known},
            rejects=path_of(self.out_dir, at, "reject") if "reject" in told["tables"] else None,
            seconds=told["seconds"],
            settings_hash=self.settings_hash,
        )

    def _forget(self, at: int) -> None:
        """Remove what was written of a refused file."""
        for name in (*core_tables(), "reject"):
            path_of(self.out_dir, at, name).unlink(missing_ok=True)

    def _job(self, first: int, end: int) -> dict[str, Any]:
        """Return all a child must know to read these files, as JSON."""
        files = [
            {"at": at, "path": str(claimed.landed), "name": claimed.name, "file_id": claimed.file_id}
            for at, claimed in enumerate(self.claims[first:end], start=first)
        ]
        return {
            "config": asdict(self.config),
            "source": self.config.all_sources.index(self.source),
            "package": self.package,
            "out_dir": str(self.out_dir),
            "files": files,
        }
