"""`callqa export NAME`: hand results out."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Format, Output, Raw, Workspace
from schemas.errors import UsageError

Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only from this day on.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only up to this day, itself included.")]


def export(
    name: Annotated[str | None, typer.Argument(help="Name of the export; without it, what there is.")] = None,
    workspace: Workspace = HERE,
    format: Format = None,
    output_file: Output = None,
    since: Since = None,
    until: Until = None,
    raw: Raw = False,
    agent: Annotated[str | None, typer.Option("--agent", help="Only of this agent.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only of this team's agents.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Of all agents, one after the other.")] = False,
    week: Annotated[str | None, typer.Option("--week", help="Of this week, YYYY-Www, in place of days.")] = None,
    language: Annotated[str, typer.Option("--lang", help="Language of a document: de or en.")] = "en",
) -> None:
    """Write an export for people or machines, and say whose data it is.

    Files go into data/exports, readable by you alone; their names are printed.

    Example: callqa export scores -w demo --format csv --since 2026-03-01

    A talk sheet: callqa export coaching -w demo --agent a07 --lang de
    """
    from flows import export as exports
    from flows.write import writer
    from schemas.config import load_config

    config = load_config(workspace)
    if name is None:
        made = [exports.contract(known) for known in exports.names()]
        output.show_pairs([(found.export, f"{found.title} Shows: {found.personal_data}.") for found in made])
        return
    first, last = _week(week) if week else (_day(since), _day(until))
    if week and (since or until):
        raise UsageError("--week names the days", fix="Leave --since and --until out.")
    request = exports.Request(name, format, first, last, raw, agent, team, everybody, language)
    if str(output_file) == "-":
        binary = writer(format or exports.contract(name).format).BINARY
        with output.opened(None, binary=binary) as sink:
            written = exports.run_to(config, request, sink)
    else:
        written = exports.run(config, request, output_file)
    for label, text in written.about:
        output.say(f"{label}: {text}")
    output.say(f"{written.rows} rows.")
    for path in written.files:
        sys.stdout.write(f"{path}\n")


def _week(text: str) -> tuple[date, date]:
    from flows.reviews import period

    found = period(None, text, None)
    return found.start, found.end


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
