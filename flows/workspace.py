"""Make a workspace: the folder with callqa.toml, inbox, mappings and policies that everything else works in.

callqa.toml is written from the dataclasses of schemas/config.py, so that every key is in it, with its default.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from schemas.config import (
    FILE_NAME,
    Alerts,
    Limits,
    Nightly,
    Privacy,
    Publish,
    Quality,
    Queue,
    QueueDefaults,
    Site,
    Source,
)
from schemas.errors import UsageError, Where

STARTER_POLICIES = Path(__file__).parent.parent / "qa" / "policies"
SAMPLE_MAPPINGS = Path(__file__).parent / "demo" / "mappings"
FOLDERS = ("inbox", "mappings", "policies")

HEAD = """\
# callqa.toml describes this workspace: whose contacts are counted, which files come in, who may see what.
# `callqa doctor` checks it. An unknown key is an error, so that a slip of the pen is not overlooked.
"""
COMMENTS = {
    "site": "The centre.",
    "site.name": "Its name, as it stands on reports.",
    "site.timezone": "Business days are counted in this zone; local times in files are read in it, unless the mapping "
    "says otherwise.",
    "site.languages": "Languages spoken and written here, as ISO 639-1 codes.",
    "sources": "One kind of file in the inbox; repeat the block for every kind.",
    "sources.name": "Your name for it: small letters, digits and _.",
    "sources.format": "How the file is written, = name of a reader; `callqa sources list` lists them.",
    "sources.files": "Which files of the inbox it takes: * is any text within a folder's name, **/ any folders.",
    "sources.fetch": "Where its new files come from, if not by themselves: s3://…, file:///mnt/share, imaps://…; then "
    "`files` is inbox/<name>/ unless it says otherwise.",
    "sources.secret_env": "The environment variable with the password of that place.",
    "sources.system": "Sources of one system share their ids: a leg finds its call by system and id.",
    "sources.mapping": "Which column is what, for csv, jsonl, json and parquet.",
    "sources.settings": "Settings of the format, for formats without a mapping.",
    "publish": "The published database in data/published, which everybody reads.",
    "publish.keep": "How many published nights stay, to go back to.",
    "publish.site": 'The language of the site each night builds into data/site: de, en, or "" for no site.',
    "privacy": "Who may be shown. Per-agent figures usually need an agreement with the works council first.",
    "privacy.mode": '"team" shows teams only; "agent" shows agents and needs the next three keys.',
    "privacy.purpose": "What per-agent figures are used for; printed on every export.",
    "privacy.agreement_ref": "The agreement that allows them; printed on every export.",
    "privacy.retention_days": "How many days per-agent figures may be kept.",
    "privacy.min_team": "Smaller teams are not shown.",
    "limits": "What one night may use.",
    "limits.memory_mb": "Memory of the database.",
    "limits.threads": "Threads of the database.",
    "limits.reader_memory_mb": "Memory of the process that reads files.",
    "limits.reader_seconds": "Time for one file.",
    "limits.file_mb": "Larger files are refused.",
    "limits.record_mb": "Larger records are refused.",
    "quality": "When a whole file is refused.",
    "quality.max_quarantine_share": "A larger share of unusable records refuses the file: it is probably another kind "
    "of file.",
    "quality.min_records_for_share": "Files with fewer records are never refused for their share.",
    "alerts": "Who is told when a night failed, had problems or did not come: `callqa status --alert`.",
    "alerts.webhook_env": "The environment variable with the address a message is posted to, as JSON.",
    "alerts.mail_to": "E-mail addresses that are told.",
    "alerts.mail_from": "The sender; without it the first of them.",
    "alerts.mail_server_env": "The environment variable with smtp://user:password@host or smtps://….",
    "queue_defaults": "What is promised in every queue that is not listed under [[queues]].",
    "queue_defaults.service_level_s": "Seconds within which a call is to be answered: the T of the service levels.",
    "queue_defaults.short_abandon_s": "Who hangs up within so many seconds is a short abandon.",
    "queue_defaults.respond_within_h": "Hours within which a written contact is to get its first response.",
    "queue_defaults.calendar": "Opening hours: calendars/<name>.yaml; empty for none, then there is no business clock.",
    "nightly": "When the night runs, and what it shows.",
    "nightly.cron": "Minute, hour, day, month, weekday, in the site's zone.",
    "nightly.min_n": "A figure from fewer values is shown as not enough data.",
}
SAMPLE_SOURCE = Source("calls", "csv", "acd_calls_*.csv", system="acd", mapping="mappings/calls.yaml")


def init_workspace(path: Path, *, name: str = "My centre", timezone: str = "Europe/Berlin") -> list[Path]:
    """Make a workspace to be filled in; returns the files and folders made, in alphabetical order.

    Raises UsageError for a folder that is not empty or a time zone that does not exist.
    """
    try:
        site = Site(name, timezone)
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    make_folders(path)
    shutil.copyfile(SAMPLE_MAPPINGS / "calls.yaml", path / "mappings" / "calls.yaml")
    write_config(path, site, (SAMPLE_SOURCE,), Privacy())
    return sorted(path.rglob("*"))


def make_folders(path: Path) -> None:
    """Make the folders of a workspace and copy the starter policies. Raises UsageError when something is there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        occupied = any(path.iterdir())
    except OSError as problem:
        raise UsageError(
            f"cannot make the folder: {problem.strerror}", where=Where(path), fix="Name another one."
        ) from None
    if occupied:
        raise UsageError("the folder is not empty", where=Where(path), fix="Name a new folder: nothing is overwritten.")
    for folder in FOLDERS:
        (path / folder).mkdir()
    for policy in starter_policies():
        shutil.copyfile(policy, path / "policies" / policy.name)


def starter_policies() -> list[Path]:
    """Return the policies that ship with callqa, and the examples beside them, which `callqa policy test` runs."""
    return sorted(STARTER_POLICIES.glob("*.yaml"))


def write_config(
    path: Path, site: Site, sources: tuple[Source, ...], privacy: Privacy, queues: tuple[Queue, ...] = ()
) -> None:
    """Write callqa.toml into a workspace."""
    (path / FILE_NAME).write_text(config_text(site, sources, privacy, queues), encoding="utf-8")


def config_text(site: Site, sources: tuple[Source, ...], privacy: Privacy, queues: tuple[Queue, ...] = ()) -> str:
    """Return callqa.toml with every key, its comment and its value; of a queue only what it says of its own."""
    blocks = [_block("site", site)]
    blocks += [_source(source, is_first=source is sources[0]) for source in sources]
    for name, values in (
        ("publish", Publish()),
        ("privacy", privacy),
        ("limits", Limits()),
        ("quality", Quality()),
        ("queue_defaults", QueueDefaults()),
        ("nightly", Nightly()),
        ("alerts", Alerts()),
    ):
        blocks.append(_block(name, values))
    blocks += [_queue(queue) for queue in queues]
    return "\n".join([HEAD, *blocks])


def _block(name: str, values: Any) -> str:
    lines = [f"# {COMMENTS[name]}", f"[{name}]"]
    for field in dataclasses.fields(values):
        lines += [f"# {COMMENTS[f'{name}.{field.name}']}", f"{field.name} = {_value(getattr(values, field.name))}"]
    return "\n".join(lines) + "\n"


def _queue(queue: Queue) -> str:
    own = {field.name: getattr(queue, field.name) for field in dataclasses.fields(queue)}
    return (
        "\n".join(["[[queues]]", *(f"{key} = {_value(value)}" for key, value in own.items() if value is not None)])
        + "\n"
    )


def _source(source: Source, *, is_first: bool) -> str:
    """Return one source; the comments stand at the first one only."""
    lines = [f"# {COMMENTS['sources']}"] if is_first else []
    lines.append("[[sources]]")
    for field in dataclasses.fields(source):
        value = getattr(source, field.name)
        lines += [f"# {COMMENTS[f'sources.{field.name}']}"] if is_first else []
        if field.name == "settings":
            lines += list(_tables("sources.settings", value)) or (["# [sources.settings]"] if is_first else [])
        elif value:
            lines.append(f"{field.name} = {_value(value)}")
        elif is_first:
            lines.append(f"# {field.name} = ")
    return "\n".join(lines) + "\n"


def _tables(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a TOML table and the tables inside it."""
    if not values:
        return
    yield f"[{name}]"
    inner = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    for key, value in values.items():
        if key not in inner:
            yield f"{key} = {_value(value)}"
    for key, table in inner.items():
        yield f"[{name}.{key}]"
        for one, value in table.items():
            yield f"{_value(one)} = {_value(value)}"


def _value(value: Any) -> str:
    """Return a text, number, truth value or list as TOML writes it; JSON writes these alike."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
