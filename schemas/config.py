"""callqa.toml as frozen dataclasses. An unknown or wrong key is an error that names file, line and key."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.errors import ConfigError, Where
from schemas.typed import build

FILE_NAME = "callqa.toml"
NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")

OTHERS = "*"  # stands for every queue that is not listed


@dataclass(frozen=True)
class Site:
    """The centre: its name, the zone its business days are counted in, its languages."""

    name: str
    timezone: str
    languages: tuple[str, ...] = ("de", "en")

    def __post_init__(self) -> None:
        """Refuse a zone that does not exist."""
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"unknown time zone {self.timezone!r}, expected a name such as Europe/Berlin") from None


@dataclass(frozen=True)
class Source:
    """One kind of file in the inbox. `format` is the name of a module in flows/sources.

    `fetch` is the URL of a place whose new files are put into the inbox first, below a folder named like the source;
    `files` is then that folder unless it says otherwise. `secret_env` names the environment variable with its password.
    """

    name: str
    format: str
    files: str = ""
    fetch: str = ""
    secret_env: str = ""
    system: str = ""
    mapping: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names that could not be an identifier."""
        for value in (self.name, self.system or self.name, self.format):
            if not NAME.match(value):
                raise ValueError(f"{value!r} must be small letters, digits and _, starting with a letter")
        if self.mapping and self.settings:
            raise ValueError(f"source {self.name!r} has both a mapping and settings: keep one")
        if not self.files and not self.fetch:
            raise ValueError(f"source {self.name!r} says neither `files` nor `fetch`: which files are its own?")
        object.__setattr__(self, "files", self.files or f"{self.name}/**")
        object.__setattr__(self, "system", self.system or self.name)


# What people enter on the command line comes in as files too, in a folder of the inbox that no other source takes.
ENTRIES = Source("entries", "entry", "entries/*.jsonl")


@dataclass(frozen=True)
class Publish:
    """How many published snapshots stay, and the language of the site each night builds: "de", "en", or "" for none."""

    keep: int = 7
    site: Literal["", "de", "en"] = ""


@dataclass(frozen=True)
class Privacy:
    """Who may be shown. `team` is the default; `agent` needs purpose, agreement_ref and retention_days."""

    mode: Literal["team", "agent"] = "team"
    purpose: str = ""
    agreement_ref: str = ""
    retention_days: int = 0
    min_team: int = 5

    def __post_init__(self) -> None:
        """Refuse per-agent output without its reasons."""
        if self.mode == "agent" and not (self.purpose and self.agreement_ref and self.retention_days > 0):
            raise ValueError(
                'mode = "agent" needs purpose, agreement_ref and retention_days: they are printed on every export'
            )


@dataclass(frozen=True)
class Limits:
    """What one night may use, and one file at most."""

    memory_mb: int = 2048
    threads: int = 2
    reader_memory_mb: int = 2048
    reader_seconds: int = 900
    file_mb: int = 4096
    record_mb: int = 16


@dataclass(frozen=True)
class Quality:
    """When a whole file is refused."""

    max_quarantine_share: float = 0.2
    min_records_for_share: int = 20


@dataclass(frozen=True)
class Nightly:
    """When the night runs, in the site's zone, and from how many values a figure is shown."""

    cron: str = "15 2 * * *"
    min_n: int = 10


@dataclass(frozen=True)
class Alerts:
    """Who is told when a night failed or did not come. Addresses with secrets in them stand in the environment."""

    webhook_env: str = ""
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    mail_server_env: str = ""

    def __post_init__(self) -> None:
        """Refuse half an e-mail."""
        if self.mail_to and not self.mail_server_env:
            raise ValueError("mail_to needs mail_server_env: the variable with smtp://user:password@host")


@dataclass(frozen=True)
class QueueDefaults:
    """What holds for every queue that does not say otherwise. `calendar` is a file in calendars/, "" for none."""

    service_level_s: float = 20
    short_abandon_s: float = 5
    respond_within_h: float = 24
    calendar: str = ""

    def __post_init__(self) -> None:
        """Refuse times that are none."""
        for name in ("service_level_s", "short_abandon_s", "respond_within_h"):
            _refuse_odd_time(name, getattr(self, name))


@dataclass(frozen=True)
class Queue:
    """One queue. What it leaves out is taken from [queue_defaults]; `calendar = ""` says that it has none."""

    name: str
    service_level_s: float | None = None
    short_abandon_s: float | None = None
    respond_within_h: float | None = None
    calendar: str | None = None

    def __post_init__(self) -> None:
        """Refuse an empty name and times that are none."""
        if self.name == "":
            raise ValueError("a queue needs its name as the source writes it")
        for name in ("service_level_s", "short_abandon_s", "respond_within_h"):
            _refuse_odd_time(name, getattr(self, name))

    def filled(self, defaults: QueueDefaults) -> Queue:
        """Return the queue with nothing left out."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(self, **{name: getattr(defaults, name) for name, value in given.items() if value is None})


def _refuse_odd_time(name: str, value: float | None) -> None:
    if value is not None and not 0 <= value <= 1_000_000:
        raise ValueError(f"{name} must be between 0 and 1000000, found {value:g}")


@dataclass(frozen=True)
class Config:
    """The whole of callqa.toml. `root` is the workspace: the folder the file lies in."""

    root: Path
    site: Site
    sources: tuple[Source, ...]
    publish: Publish = Publish()
    privacy: Privacy = Privacy()
    limits: Limits = Limits()
    quality: Quality = Quality()
    nightly: Nightly = Nightly()
    alerts: Alerts = Alerts()
    queue_defaults: QueueDefaults = QueueDefaults()
    queues: tuple[Queue, ...] = ()
    config_hash: str = ""

    def __post_init__(self) -> None:
        """Refuse two sources, or two queues, of one name."""
        for what, named in (("sources", self.all_sources), ("queues", self.queues)):
            names = [one.name for one in named]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two {what} are called {twice[0]!r}: names must differ")
        if any(queue.name == OTHERS for queue in self.queues):
            raise ValueError("a queue cannot be called *: what holds for all others stands in [queue_defaults]")

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """The sources of callqa.toml and the one that is always there: what people enter."""
        return (*self.sources, ENTRIES)

    @property
    def entries(self) -> Path:
        """Where what people enter waits for the night."""
        return self.inbox / "entries"

    @property
    def inbox(self) -> Path:
        """Where files are dropped."""
        return self.root / "inbox"

    @property
    def site_folder(self) -> Path:
        """Where the night puts the site."""
        return self.data / "site"

    @property
    def policies(self) -> Path:
        """Where policy YAMLs lie."""
        return self.root / "policies"

    @property
    def calendars(self) -> Path:
        """Where calendar YAMLs lie."""
        return self.root / "calendars"

    @property
    def data(self) -> Path:
        """Everything callqa writes."""
        return self.root / "data"

    @property
    def landing(self) -> Path:
        """Copies of every file, named by content hash."""
        return self.data / "landing"

    @property
    def work_file(self) -> Path:
        """The database a night writes; nobody else opens it."""
        return self.data / "work.duckdb"

    @property
    def published(self) -> Path:
        """The database people query, replaced as a whole."""
        return self.data / "published" / "callqa.duckdb"

    @property
    def snapshots(self) -> Path:
        """The last published databases, one file a run."""
        return self.data / "published" / "snapshots"

    @property
    def runs(self) -> Path:
        """One report a run, as JSON and Markdown."""
        return self.data / "runs"

    @property
    def validation_docs(self) -> Path:
        """Great Expectations' Data Docs."""
        return self.data / "validation"

    @property
    def exports(self) -> Path:
        """Where exports go unless told otherwise."""
        return self.data / "exports"

    @property
    def tmp(self) -> Path:
        """Scratch of a running night, emptied at its start."""
        return self.data / "tmp"


def load_config(workspace: Path) -> Config:
    """Read and check `<workspace>/callqa.toml`. Raises ConfigError naming file, line and key."""
    path = workspace / FILE_NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"no {FILE_NAME} in {workspace}", fix="Run `callqa init` there, or name a workspace with -w."
        ) from None
    try:
        text = content.decode("utf-8")
        raw = tomllib.loads(text)
    except UnicodeDecodeError as problem:
        raise ConfigError(
            "not UTF-8", where=Where(path), found=f"byte {problem.start}", fix="Save it as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"not valid TOML: {problem}", where=Where(path)) from None

    def locate(key: str) -> Where:
        return Where(path, line=line_of(text, key), field=key)

    for own in ("root", "config_hash"):
        if own in raw:
            raise ConfigError("unknown key", where=locate(own))
    raw |= {"root": str(workspace.resolve()), "config_hash": hashlib.sha256(content).hexdigest()}
    return build(Config, raw, locate, error=ConfigError)


def line_of(text: str, key: str) -> int | None:
    """Return the line of a dotted key (`sources.1.format`), or of the nearest table around it; None when absent."""
    *tables, name = key.split(".")
    wanted = [part for part in tables if not part.isdigit()]
    position = next((int(part) for part in tables if part.isdigit()), 0)
    seen: dict[str, int] = {}
    inside: list[str] = []
    best = None
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line)
        if header:
            inside = [part.strip().strip('"') for part in header.group(2).split(".")]
            if header.group(1) == "[[":
                seen[".".join(inside)] = seen.get(".".join(inside), -1) + 1
            if inside == [*wanted, name]:
                return number
        at_item = not any(part.isdigit() for part in tables) or seen.get(".".join(wanted[:1]), 0) == position
        if inside == wanted and at_item:
            best = best or (number if header else None)
            if re.match(rf'\s*"?{re.escape(name)}"?\s*=', line):
                return number
    return best
