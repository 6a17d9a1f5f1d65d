"""`callqa status`: how the workspace stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace

if TYPE_CHECKING:
    from flows.status import Night, Running, Status


Alert = Annotated[bool, typer.Option("--alert", help="Tell those named in [alerts] when it is not well.")]


def status(workspace: Workspace = HERE, alert: Alert = False, json: Json = False) -> None:
    """Show the last nights, what is running, what waits.

    Ends with 0 when the last night went well and none is overdue, else with 1. With --alert, meant for a timer: a night
    that failed and one that did not come are told alike, the same problems once a day.

    Example: callqa status -w demo
    """
    from flows.status import status as look
    from schemas.config import load_config

    config, now = load_config(workspace), datetime.now(UTC)
    found = look(config, now)
    if alert:
        from flows.alerts import alert as tell

        ways = tell(config, found, now)
        output.say(f"Told by {' and '.join(ways)}." if ways else "Nobody had to be told.")
    if json:
        output.show_json(found.to_dict())
    else:
        output.show_pairs(_lines(found))
        for problem in found.problems:
            output.say(f"! {problem}")
    raise typer.Exit(found.exit_code)


def _lines(found: Status) -> list[tuple[str, str]]:
    files = found.waiting
    shown = found.last
    lines = [
        ("workspace", f"{found.workspace} ({found.site})"),
        ("last night", _night(shown) if shown else "none yet"),
        ("last good night", _night(found.last_good) if found.last_good else "none yet"),
        ("running", _running(found.running) if found.running else "nothing"),
        ("inbox", f"{files['files']} file(s) waiting, {files['bytes'] / 1e6:.1f} MB"),
        ("published", found.published or "nothing yet"),
        ("snapshots", f"{len(found.snapshots)} kept"),
    ]
    for rule, count in shown.quarantine.items() if shown else ():
        lines.append((f"set aside by {rule}", f"{count} record(s) in the last night"))
    return lines


def _night(night: Night) -> str:
    age = timedelta(seconds=night.age_s)
    return f"{night.business_date}, {night.status}, {_ago(age)} ago (run {night.run_id})"


def _running(running: Running) -> str:
    state = {True: "working", False: "dead", None: "on another host"}[running.alive]
    return f"run {running.run_id} since {running.started_at}, process {running.pid} on {running.host}: {state}"


def _ago(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    if hours < 1:
        return f"{age.total_seconds() / 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
