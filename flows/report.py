"""The run report: what a night did, for people (Markdown, terminal) and machines (JSON). No record's values in it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flows.night import Figures, Night

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from schemas.config import Config

KEPT_STATUSES = ("loaded", "duplicate", "refused", "waiting")
RECORDS = ("read", "loaded", "quarantined", "duplicate", "ignored")


@dataclass
class Report:
    """One run.

    `status`: ok, problems (done, but files were refused or a place did not answer), failed (nothing new published).
    """

    run_id: str
    run_seq: int
    business_date: str
    started_at: str
    ended_at: str
    seconds: float
    status: str
    files: dict[str, int]
    records: dict[str, int]
    quarantine: dict[str, int]
    refused: list[dict[str, str]]
    unreached: list[dict[str, str]]
    warnings: list[str]
    steps: dict[str, dict[str, int]]
    figures_of: str
    figures_from: str
    figures: list[dict[str, Any]]
    figures_hidden: int
    published: str | None
    validation_docs: str
    exports: str
    rebuilt: str = ""
    error: str | None = None

    @property
    def exit_code(self) -> int:
        """0 when everything went well, 1 when the night failed or refused files."""
        return 0 if self.status == "ok" else 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def to_markdown(self) -> str:
        """Return the report as Markdown, as the Prefect artifact and data/runs/<run_id>.md show it."""
        lines = [f"# Night of {self.business_date}: {self.status}", ""]
        lines += [f"**{self.error}**", ""] if self.error else []
        lines += [f"Run `{self.run_id}` (number {self.run_seq}), {self.seconds:.1f} s.", ""]
        lines += ["| | " + " | ".join(self.records) + " |", "|---|" + "---:|" * len(self.records)]
        lines += ["| records | " + " | ".join(f"{count:,}" for count in self.records.values()) + " |", ""]
        lines += ["Files: " + ", ".join(f"{count} {status}" for status, count in self.files.items()) + ".", ""]
        lines += [f"- refused `{item['file']}`: {item['reason']}" for item in self.refused]
        lines += [f"- source `{item['source']}` could not be fetched: {item['reason']}" for item in self.unreached]
        lines += [f"- computed anew as a whole: {self.rebuilt}"] if self.rebuilt else []
        lines += [f"- note: {text}" for text in self.warnings]
        lines += [f"- quarantined by `{rule}`: {count}" for rule, count in self.quarantine.items()]
        if self.figures:
            lines += ["", f"## {self.figures_of.capitalize()}s, month from {self.figures_from}", ""]
            lines += _markdown_table(self.figures)
        return "\n".join(lines) + "\n"


def code_version() -> str:
    """Return the installed version of callqa."""
    return version("callqa")


def collect(connection: DuckDBPyConnection, config: Config, day: date, run_seq: int) -> Figures:
    """Collect the month's figures per agent where the configuration allows it, else per team of at least min_team."""
    month = day.replace(day=1)
    per_agent = config.privacy.mode == "agent"
    shown = "legs, handle_n, handle_mean_s, resolution_n, resolution_rate, adherence_n, adherence_mean"
    who = "agent_id, team" if per_agent else "team, agents"
    mart = "mart.agent_period" if per_agent else "mart.team_period"
    query = f"SELECT {who}, {shown} FROM {mart} WHERE period = 'month' AND period_start = ? ORDER BY 1"
    result = connection.execute(query, [month])
    names = [column[0] for column in result.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    kept = rows if per_agent else [row for row in rows if row["agents"] >= config.privacy.min_team]
    rules = connection.execute(
        "SELECT rule ->> 'rule' AS name, count(*) FROM (SELECT unnest(rules::JSON[]) AS rule FROM ops.quarantine "
        "WHERE run_seq = ?) GROUP BY name ORDER BY count(*) DESC, name",
        [run_seq],
    ).fetchall()
    return Figures(month, "agent" if per_agent else "team", kept, len(rows) - len(kept), dict(rules))


def make(tonight: Night, error: str | None = None) -> Report:
    """Return the report of a night, finished or failed."""
    ended_at = datetime.now(UTC)
    entries, config = tonight.entries, tonight.config
    statuses = [entry.status for entry in entries]
    statuses += ["waiting" for claimed in tonight.claims if claimed.status == "waiting"]
    refused = [{"file": e.file_name, "reason": e.reason or ""} for e in entries if e.status == "refused"]
    figures = tonight.figures
    return Report(
        run_id=tonight.run_id,
        run_seq=tonight.run_seq,
        business_date=tonight.day.isoformat(),
        started_at=tonight.started_at.isoformat(timespec="seconds"),
        ended_at=ended_at.isoformat(timespec="seconds"),
        seconds=round((ended_at - tonight.started_at).total_seconds(), 1),
        status="failed" if error else "problems" if refused or tonight.unreached else "ok",
        files={status: statuses.count(status) for status in KEPT_STATUSES},
        records={name: sum(getattr(e, f"records_{name}") or 0 for e in entries) for name in RECORDS},
        quarantine=figures.quarantine if figures else {},
        refused=refused,
        unreached=tonight.unreached,
        warnings=tonight.warnings,
        steps=tonight.steps,
        figures_of=figures.grain if figures else "agent",
        figures_from=figures.period_start.isoformat() if figures else "",
        figures=figures.rows if figures else [],
        figures_hidden=figures.hidden if figures else 0,
        published=tonight.published,
        validation_docs=str(config.validation_docs / "index.html"),
        exports=str(config.exports),
        rebuilt=tonight.built.everything,
        error=error,
    )


def write(report: Report, config: Config) -> None:
    """Write data/runs/<run_id>.json and .md, and latest.json, each by atomic rename, readable by the owner only."""
    config.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    body = json.dumps(report.to_dict(), indent=2, ensure_ascii=False, default=str)
    _replace(config.runs / f"{report.run_id}.json", body)
    _replace(config.runs / f"{report.run_id}.md", report.to_markdown())
    _replace(config.runs / "latest.json", body)
    if report.status != "failed":
        _replace(config.runs / "latest_good.json", body)


def _replace(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)


def _markdown_table(rows: list[dict[str, Any]]) -> list[str]:
    names = list(rows[0])
    out = ["| " + " | ".join(names) + " |", "|" + "|".join("---:" for _ in names) + "|"]
    return out + ["| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value).replace("|", "\\|")
