"""`callqa rescore`: score days again that were scored before, without loading anything."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace, a_day


def rescore(
    since: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day of contact.")],
    until: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day of contact.")],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Score the contacts of some days again, under the policies that are in the workspace now.

    Old scores stay in history.score. Nothing is loaded; the result is published as after a night.

    Example: callqa rescore -w demo --from 2026-03-31 --to 2026-03-31
    """
    from flows.prefect_settings import prepare
    from schemas.config import load_config

    days = a_day(since, "--from"), a_day(until, "--to")
    config = load_config(workspace)
    prepare(config.data, "CRITICAL")
    output.say(f"Scoring {days[0]} to {days[1]} again …")
    from flows.rescore import rescore as run

    report: dict[str, Any] = run(str(config.root), *days)
    if json:
        output.show_json(report)
    else:
        counts = report["steps"]["score"]
        output.show_pairs(
            [
                ("run", report["run_id"]),
                *((name.replace("_", " "), f"{count:,}") for name, count in counts.items()),
                *(("note", text) for text in report["warnings"]),
                ("published", report["published"] or "–"),
            ]
        )
    raise typer.Exit(0 if report["status"] == "ok" else 1)
