"""`callqa nightly` runs one night now; `callqa serve` runs one every night in time. Both through the Prefect flow."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import HERE, Json, Workspace, a_day
from flows.cli.output import say, show_json, show_pairs
from schemas.config import load_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.config import Config

Date = Annotated[
    str | None,
    typer.Option("--date", metavar="YYYY-MM-DD", help="Business date of the night.", show_default="yesterday"),
]


Rebuild = Annotated[
    bool,
    typer.Option("--rebuild", help="Compute all figures and scores anew, not only what the night touches."),
]


def nightly(workspace: Workspace = HERE, date: Date = None, rebuild: Rebuild = False, as_json: Json = False) -> None:
    """Land, validate, load, score and publish everything in the inbox. Running it again changes nothing.

    Example: callqa nightly -w demo --date 2026-03-31
    """
    config = load_config(workspace)
    day = a_day(date) if date else None
    report = _run(config, day, everything=rebuild)
    if as_json:
        show_json(report)
    else:
        _show(report, config)
    raise typer.Exit(0 if report["status"] == "ok" else 1)


def serve(workspace: Workspace = HERE) -> None:
    """Stay and run the night at the time in callqa.toml ([nightly] cron, in the site's zone), one at a time.

    Uses the Prefect server of PREFECT_API_URL or of the chosen profile, else starts one on this machine for as long.

    Example: callqa serve -w /srv/callqa
    """
    config = load_config(workspace)
    from flows.serving import serve as stay

    stay(config, say)


def _run(config: Config, day: date | None, *, everything: bool) -> dict[str, Any]:
    from flows.prefect_settings import prepare

    prepare(config.data, "CRITICAL")
    say(f"Night of {config.site.name}" + ("" if "PREFECT_API_URL" in os.environ else ", starting Prefect …"))
    with _progress():
        from flows.nightly import nightly as run

        report: dict[str, Any] = run(str(config.root), day, everything)
    return report


@contextmanager
def _progress() -> Iterator[None]:
    """Show each finished step on standard error, with a bar where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        handler = _Steps(bar)
        logger = logging.getLogger("callqa.night")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        try:
            yield
        finally:
            logger.removeHandler(handler)


class _Steps(logging.Handler):
    """Turns the flow's log lines into lines for a person."""

    def __init__(self, bar: Any) -> None:
        from flows.steps import ORDER

        super().__init__()
        self.bar = bar
        self.task = bar.add_task("night", total=len(ORDER))

    def emit(self, record: logging.LogRecord) -> None:
        line = f"  {getattr(record, 'step', ''):<10} {record.getMessage()}"
        self.bar.update(self.task, advance=1)
        if self.bar.disable:
            say(line)
        else:
            self.bar.console.print(line, markup=False, highlight=False)


def _show(report: dict[str, Any], config: Config) -> None:
    records, files = report["records"], report["files"]
    typer.echo(f"Night of {report['business_date']}: {report['status']}, {report['seconds']:.1f} s")
    typer.echo("records  " + ", ".join(f"{count:,} {name}" for name, count in records.items()))
    typer.echo("files    " + ", ".join(f"{count} {name}" for name, count in files.items()))
    for item in report["refused"]:
        typer.echo(f"refused  {item['file']}: {item['reason']}")
    for item in report["unreached"]:
        typer.echo(f"not fetched  {item['source']}: {item['reason']}")
    for text in report["warnings"]:
        typer.echo(f"note     {text}")
    for rule, count in report["quarantine"].items():
        typer.echo(f"set aside by {rule}: {count}")
    if report["figures"]:
        _figures(report, config)
    if report["figures_hidden"]:
        few = config.privacy.min_team
        typer.echo(f"{report['figures_hidden']} teams of fewer than {few} people are not shown.")
    show_pairs(
        [
            ("published", report["published"] or "–"),
            ("validation", report["validation_docs"]),
            ("report", str(config.runs / f"{report['run_id']}.md")),
            ("exports", f"{report['exports']}  (callqa export scores -w {config.root})"),
        ]
    )


def _figures(report: dict[str, Any], config: Config) -> None:
    """Print the month's figures; a figure over too few values is not shown as if it meant something."""
    from rich.console import Console
    from rich.table import Table

    month, few = report["figures_from"][:7], config.nightly.min_n
    table = Table(title=f"{report['figures_of'].capitalize()}s in {month}", title_justify="left", box=None)
    first, second = list(report["figures"][0])[:2]
    for name, right in ((first.removesuffix("_id"), False), (second, False), ("legs", True)):
        table.add_column(name, justify="right" if right else "left")
    for name in ("handle time s", "n", "resolution %", "n", "adherence %", "n"):
        table.add_column(name, justify="right")
    for row in report["figures"]:
        cells = [str(row[first] or "–"), str(row[second] or "–"), str(row["legs"])]
        cells += _figure(row["handle_mean_s"], row["handle_n"], 1, few)
        cells += _figure(row["resolution_rate"], row["resolution_n"], 100, few)
        cells += _figure(row["adherence_mean"], row["adherence_n"], 1, few)
        table.add_row(*cells)
    Console(width=None if os.isatty(1) else 120).print(table)
    typer.echo(f"n: values known. Below n = {few} a figure is left out (·): it would say little.")


def _figure(value: float | None, n: int, factor: float, few: int) -> list[str]:
    if value is None:
        return ["–", str(n or 0)]
    return [f"{value * factor:.1f}" if n >= few else "·", str(n)]
