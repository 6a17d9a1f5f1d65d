"""Look over the machine and a workspace before a night fails on them; every finding says how to mend it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from schemas.config import FILE_NAME, OTHERS, Config, load_config
from schemas.errors import CallqaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GIB = 1 << 30
# What a package is imported as, where that is not its name with - as _.
IMPORTED = {"ruamel.yaml": "ruamel.yaml", "vl-convert-python": "vl_convert"}
# What works without a library of the system, but for one thing.
WITHOUT = {"weasyprint": "no exports as pdf: the system library Pango is not there"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `problem` stops a night or falsifies it, `warning` may."""

    check: str
    state: Literal["ok", "warning", "problem"]
    detail: str
    fix: str = ""


def examine(workspace: Path) -> list[Finding]:
    """Return every finding about this machine and the workspace; never raises for what it finds."""
    found = [*_guarded("python", _python), *_guarded("packages", _packages), *_guarded("time zones", _zones)]
    try:
        config = load_config(workspace)
    except CallqaError as problem:
        return [*found, Finding("callqa.toml", "problem", str(problem))]
    found.append(Finding("callqa.toml", "ok", f"{len(config.sources)} source(s)"))
    for name, check in (
        ("schedule", _schedule),
        ("prefect", _prefect),
        ("folders", _folders),
        ("disk", _disk),
        ("sources", _sources),
        ("policies", _policies),
        ("calendars", _calendars),
        ("published file", _published),
    ):
        found += _guarded(name, partial(check, config))
    return found


def _guarded(name: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Run one check; an error it raises is its finding."""
    try:
        return list(check())
    except CallqaError as problem:
        return [Finding(name, "problem", str(problem))]
    except OSError as problem:
        return [Finding(name, "problem", f"{problem.filename or ''}: {problem.strerror}", "Check the permissions.")]


def _python() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    yield Finding("python", "ok" if good else "problem", version, "" if good else "Install Python 3.11 or newer.")


def _packages() -> Iterator[Finding]:
    """Import every package callqa needs, each in its own process: a broken one cannot take the others along."""
    try:
        needed = [re.split(r"[<>=!~;\[ ]", text)[0] for text in requires("callqa") or [] if "extra ==" not in text]
    except PackageNotFoundError:
        yield Finding("packages", "problem", "callqa itself is not installed", "Run `make install`.")
        return
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        found = zip(needed, pool.map(import_error, needed), strict=True)
        errors = [(package, error) for package, error in found if error]
    for package, error in errors:
        if package in WITHOUT and "OSError" in error:
            yield Finding("packages", "ok", WITHOUT[package])
        else:
            yield Finding(
                "packages", "problem", error, "Install it anew: `make install`, or pip with requirements.lock."
            )
    if not errors:
        yield Finding("packages", "ok", f"{len(needed)} import in {time.monotonic() - started:.0f} s")


def import_error(package: str) -> str | None:
    """Return the last line of what went wrong when a fresh Python imports the package; None when nothing did."""
    module = IMPORTED.get(package, package.replace("-", "_"))
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, timeout=180)
    return None if done.returncode == 0 else f"{package}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}"


def _zones() -> Iterator[Finding]:
    from zoneinfo import available_timezones

    count = len(available_timezones())
    fix = "" if count else "Install the package tzdata."
    yield Finding("time zones", "ok" if count else "problem", f"{count} known", fix)


def _prefect(config: Config) -> Iterator[Finding]:
    """Prefect's own database can be written; it lies in the workspace unless the environment says otherwise."""
    if "PREFECT_API_URL" in os.environ:
        yield Finding("prefect", "ok", "uses the server of PREFECT_API_URL")
        return
    home = Path(os.environ.get("PREFECT_HOME", config.data / "prefect")).expanduser()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    good = os.access(there, os.W_OK | os.X_OK)
    fix = "" if good else "Set PREFECT_HOME to a folder you may write."
    yield Finding("prefect", "ok" if good else "problem", f"{home}{'' if good else ' cannot be written'}", fix)


def _schedule(config: Config) -> Iterator[Finding]:
    from flows.schedule import parse

    parse(config.nightly.cron, config.root / FILE_NAME)
    yield Finding("schedule", "ok", f"{config.nightly.cron} in {config.site.timezone}")


def _folders(config: Config) -> Iterator[Finding]:
    """The inbox must be readable; everything under data belongs to its owner alone."""
    if not config.inbox.is_dir():
        yield Finding("folders", "problem", f"no inbox: {config.inbox}", f"mkdir -m 700 {config.inbox}")
    elif not os.access(config.inbox, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("folders", "problem", f"cannot read and clear {config.inbox}", f"chmod u+rwx {config.inbox}")
    nearest_there = next(folder for folder in (config.data, *config.data.parents) if folder.exists())
    if not os.access(nearest_there, os.W_OK | os.X_OK):
        yield Finding("folders", "problem", f"cannot write {nearest_there}", f"chmod u+rwx {nearest_there}")
    own = (config.data, config.landing, config.runs, config.published.parent, config.snapshots, config.exports)
    open_ones = [folder for folder in own if folder.exists() and folder.stat().st_mode & 0o077]
    for folder in open_ones:
        yield Finding("folders", "problem", f"others may look into {folder}", f"chmod 700 {folder}")
    if not open_ones:
        yield Finding("folders", "ok", f"{config.data}: closed to others")


def _disk(config: Config) -> Iterator[Finding]:
    """A night needs room for a second copy of the database, its own scratch and the copies of what waits."""
    from flows.status import waiting

    there = next(folder for folder in (config.data, *config.data.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    work = config.work_file.stat().st_size if config.work_file.exists() else 0
    need = 2 * work + 4 * waiting(config.inbox)["bytes"] + GIB
    text = f"{free / GIB:.1f} GiB free, a night may need {need / GIB:.1f}"
    yield Finding("disk", "ok" if free >= need else "problem", text, "" if free >= need else "Free some space.")


def _sources(config: Config) -> Iterator[Finding]:
    """Every format exists and every mapping and setting is accepted by its reader."""
    from flows.readers import source_settings

    if not config.sources:
        yield Finding(
            "sources", "warning", "none: no file will be read", f"Describe them in {config.root / FILE_NAME}."
        )
    for source in config.sources:
        try:
            source_settings(config, source)
            yield Finding("sources", "ok", f"{source.name}: {source.format}, files {source.files}")
        except CallqaError as problem:
            yield Finding("sources", "problem", str(problem))


def _policies(config: Config) -> Iterator[Finding]:
    """Every policy passes its lint."""
    from qa.lint import lint
    from qa.policy import policy_files
    from warehouse.connect import open_memory

    files = policy_files(config.policies)
    if not files:
        yield Finding("policies", "warning", f"none in {config.policies}: nothing will be scored", "See `callqa init`.")
        return
    with open_memory() as connection:
        found = lint(config.policies, connection)
    for one in found:
        yield Finding("policies", "problem" if one.severity == "error" else "warning", one.text)
    if not found:
        yield Finding("policies", "ok", f"{len(files)} file(s)")


def _calendars(config: Config) -> Iterator[Finding]:
    """Every calendar that is named can be read; one that nobody names is probably a slip of the pen."""
    from flows.calendars import calendars, settings

    found = calendars(config)
    named = {calendar.name for calendar in found}
    for calendar in found:
        queues = ", ".join(one.name for one in settings(config) if one.calendar == calendar.name and one.name != OTHERS)
        yield Finding("calendars", "ok", f"{calendar.name}: {queues or 'by default'}")
    for path in sorted(config.calendars.glob("*.yaml")):
        if path.stem not in named:
            fix = f"Name it in {FILE_NAME} under [[queues]] or [queue_defaults]."
            yield Finding("calendars", "warning", f"no queue uses {path.name}", fix)
    if not found:
        yield Finding("calendars", "ok", "none named: times run by the calendar clock only")


def _published(config: Config) -> Iterator[Finding]:
    """The published file opens and knows its runs."""
    from warehouse.connect import open_published

    if not config.published.exists():
        yield Finding("published file", "ok", "none yet")
        return
    with open_published(config.published) as connection:
        row = connection.execute("SELECT count(*), max(business_date) FROM ops.run").fetchone()
    yield Finding("published file", "ok", f"{row[0]} run(s), the last of {row[1]}" if row else "empty")
