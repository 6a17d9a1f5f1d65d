"""Run one export of flows/exports: `<name>.sql` is one SELECT over the published file, `<name>.yaml` its contract.

The SELECT may use $since, $until (dates, both included), $agent, $team, $min_n, $min_team and $site_timezone. One that
uses $agent is asked for an agent, a team or everybody. A template beside it, `<name>.html` and `<name>.md`, makes its
rows a document. What the configuration does not allow is refused before anything is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from flows.files import replacing
from flows.write import Chart, Sheet, writer
from schemas.errors import CallqaError, PrivacyError, UsageError, Where, nearest
from schemas.strict_yaml import load
from schemas.typed import build

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from schemas.config import Config

HOME = Path(__file__).parent / "exports"
ADVICE = "A coaching aid: rules read these contacts, a person decides what follows."


@dataclass(frozen=True)
class Contract:
    """An export's YAML. `personal_data` is the finest person one row tells about."""

    export: str
    title: str
    audience: str
    grain: str
    personal_data: Literal["none", "team", "agent", "customer"]
    header: str
    columns: dict[str, str]
    format: str = "xlsx"
    days: Literal["all", "week"] = "all"
    """Which days it tells of when nobody says: all, or the last whole week."""
    chart: Chart | None = None


@dataclass(frozen=True)
class Request:
    """What to export, from which day to which, and how: `format` None is the contract's own."""

    name: str
    format: str | None = None
    since: date | None = None
    until: date | None = None
    raw: bool = False
    agent: str | None = None
    team: str | None = None
    everybody: bool = False
    language: str = "en"


@dataclass(frozen=True)
class Exported:
    """What was written. `about` is the text that goes with it: (label, text)."""

    rows: int
    about: tuple[tuple[str, str], ...]
    files: tuple[Path, ...] = field(default=())


def names() -> list[str]:
    """Return the names of all exports."""
    return sorted(path.stem for path in HOME.glob("*.sql"))


def contract(name: str, home: Path = HOME) -> Contract:
    """Return an export's contract. Raises UsageError for an unknown name or a contract that does not fit its file."""
    known = sorted(path.stem for path in home.glob("*.sql"))
    if name not in known:
        raise UsageError("unknown export", found=name, fix=nearest(name, known))
    document = load(home / f"{name}.yaml")
    found = build(Contract, document.value, document.where)
    if found.export != name:
        raise UsageError("the export is named like its file", where=document.where("export"), found=found.export)
    return found


def run(config: Config, request: Request, output: Path | None = None) -> Exported:
    """Write an export to `output`, or into the exports folder under its name and day. Returns what was written.

    Raises PrivacyError when the configuration does not allow it, WarehouseError when nothing is published.
    """
    from tempfile import TemporaryDirectory

    from warehouse.connect import open_published

    made = contract(request.name)
    allow(config, made)
    form = request.format or made.format
    writer(form)
    config.exports.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_published(config.published) as connection, TemporaryDirectory(dir=config.exports, prefix=".") as scratch:
        as_of, run_id = latest_run(connection)
        asked = settled(connection, made, request, as_of)
        path = output or config.exports / f"{_file_name(asked, as_of)}.{form}"
        about = describe(config, made, asked, as_of, run_id)
        with replacing(path) as sink:
            rows = select(connection, config, asked, form, sink, sheet(made, asked, about, Path(scratch)))
    beside = _beside(path, about) if not writer(form).CARRIES_ABOUT else ()
    return Exported(rows, about, (path, *beside))


def run_to(config: Config, request: Request, sink: BinaryIO) -> Exported:
    """Write an export to an open stream; its `about` is for the caller to show. Errors as in `run`."""
    from warehouse.connect import open_published

    with open_published(config.published) as connection:
        return write(connection, config, request, sink)


def write(connection: DuckDBPyConnection, config: Config, request: Request, sink: BinaryIO) -> Exported:
    """Write an export of an open published file to an open stream. Errors as in `run`."""
    made = contract(request.name)
    allow(config, made)
    as_of, run_id = latest_run(connection)
    asked = settled(connection, made, request, as_of)
    about = describe(config, made, asked, as_of, run_id)
    form = request.format or made.format
    return Exported(select(connection, config, asked, form, sink, sheet(made, asked, about)), about)


def sheet(made: Contract, request: Request, about: tuple[tuple[str, str], ...], scratch: Path | None = None) -> Sheet:
    """Return what goes with the rows of an export."""
    template = HOME / f"{made.export}.html"
    return Sheet(
        made.title, about, made.columns, request.raw, scratch, template if template.exists() else None,
        request.language, made.chart, request.since, request.until,
    )  # fmt: skip


def settled(connection: DuckDBPyConnection, made: Contract, request: Request, as_of: date) -> Request:
    """Return the request with its days and people settled. Raises UsageError where they are missing or unknown."""
    from flows.texts import translations

    translations(request.language)
    query = query_of(request.name)
    whose = [name for name in ("agent", "team") if getattr(request, name) is not None]
    if "$agent" not in query and (whose or request.everybody):
        raise UsageError(f"the export {request.name!r} is not made for single people or teams", found=", ".join(whose))
    if "$agent" in query and len(whose) + request.everybody != 1:
        raise UsageError(f"whose {request.name}?", found=", ".join(whose), fix="Give one of --agent, --team and --all.")
    for name in whose:
        _known(connection, name, getattr(request, name))
    if made.days == "week" and request.since is None and request.until is None:
        sunday = as_of - timedelta(days=as_of.isoweekday() % 7)
        return replace(request, since=sunday - timedelta(days=6), until=sunday)
    return request


def _known(connection: DuckDBPyConnection, name: str, value: str) -> None:
    query = f"SELECT DISTINCT {name}{'_id' if name == 'agent' else ''} FROM mart.agent_period ORDER BY 1"
    known = [row[0] for row in connection.execute(query).fetchall() if row[0] is not None]
    if value not in known:
        raise UsageError(f"no such {name}", found=value, fix=nearest(value, known))


def _file_name(request: Request, as_of: date) -> str:
    whose = request.agent or request.team
    plain = re.sub(r"[^\w.-]+", "-", whose).strip("-.")[:40] if whose else ""
    week = request.until if contract(request.name).days == "week" and request.until else as_of
    return "_".join(part for part in (request.name, plain, week.isoformat()) if part)


def query_of(name: str) -> str:
    """Return the SELECT of an export."""
    return (HOME / f"{name}.sql").read_text(encoding="utf-8")


def allow(config: Config, made: Contract) -> None:
    """Raise PrivacyError unless the configuration allows rows about single people."""
    if made.personal_data in ("agent", "customer"):
        allow_people(config, f"the export {made.export!r} shows single {made.personal_data}s")


def allow_people(config: Config, what: str) -> None:
    """Raise PrivacyError where single people may not be shown; `what` says who does it."""
    if config.privacy.mode != "agent":
        raise PrivacyError(
            f"{what}; this workspace shows teams only",
            where=Where(config.root / "callqa.toml", field="privacy.mode"),
            found=config.privacy.mode,
            expected="agent",
            fix='If your agreement allows it: [privacy] mode = "agent" with purpose, agreement_ref and retention_days.',
        )


def select(
    connection: DuckDBPyConnection, config: Config, request: Request, form: str, sink: BinaryIO, sheet: Sheet
) -> int:
    """Run the SELECT and write its rows; returns their number. Its columns must be those of the contract, in order."""
    from flows.rows import stream

    query = query_of(request.name)
    if (request.since or request.until) and not re.search(r"\$(since|until)\b", query):
        raise UsageError(
            f"the export {request.name!r} has no days to choose from", fix="Leave --since and --until out."
        )
    params = {
        "since": request.since or date(1, 1, 1),
        "until": request.until or date(9999, 12, 31),
        "agent": request.agent,
        "team": request.team,
        "min_n": config.nightly.min_n,
        "min_team": config.privacy.min_team,
        "site_timezone": config.site.timezone,
    }
    rows = stream(connection, query, params)
    if rows is None or rows.schema.names != list(sheet.columns):
        found = [] if rows is None else rows.schema.names
        odd = sorted(set(found) ^ set(sheet.columns)) or found
        raise CallqaError("columns differ from the contract", where=Where(HOME / f"{request.name}.yaml"), found=odd)
    return writer(form).write(rows, sink, sheet)


def latest_run(connection: DuckDBPyConnection) -> tuple[date, str]:
    """Return business date and id of the newest run in a published file."""
    row = connection.execute("SELECT business_date, run_id FROM ops.run ORDER BY run_seq DESC LIMIT 1").fetchone()
    if row is None:
        raise CallqaError("the published file holds no run", fix="Run `callqa nightly`.")
    return row[0], row[1]


def describe(config: Config, made: Contract, request: Request, as_of: date, run_id: str) -> tuple[tuple[str, str], ...]:
    """Return what a reader must know: whose data, why, how long, from which night."""
    privacy = config.privacy
    days = f"{request.since or 'the first'} to {request.until or 'the last'}"
    lines = [
        ("Export", made.export),
        ("Site", config.site.name),
        ("Known as of", f"{as_of.isoformat()} (run {run_id})"),
        ("Days", days),
        ("One row is", made.grain),
        ("For", made.audience),
        ("Personal data", made.personal_data),
        ("Note", made.header),
        ("Decision", ADVICE),
    ]
    if made.personal_data in ("agent", "customer"):
        last = as_of + timedelta(days=privacy.retention_days)
        lines += [
            ("Purpose", privacy.purpose),
            ("Agreement", privacy.agreement_ref),
            ("Delete by", f"{last.isoformat()} ({privacy.retention_days} days)"),
        ]
    elif made.personal_data == "team":
        lines.append(("Smallest team", f"Figures of teams under {privacy.min_team} agents are left out."))
    return tuple(lines)


def _beside(path: Path, about: tuple[tuple[str, str], ...]) -> tuple[Path]:
    """Write what cannot stand in the file itself into a text beside it."""
    note = path.with_name(f"{path.name}.about.txt")
    with replacing(note) as sink:
        sink.write("".join(f"{label}: {text}\n" for label, text in about).encode())
    return (note,)
