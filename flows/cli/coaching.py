"""`callqa coaching …`: what coaches and agents agree on, and what came of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.cli import output
from flows.cli.entering import By, Own, known, one_known, refuse_known, replaced, said, show
from flows.cli.options import HERE, Format, Json, Limit, Output, Raw, Workspace, a_day
from schemas.errors import UsageError, nearest

if TYPE_CHECKING:
    from schemas.config import Config

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Keep what was agreed in a talk, and see whether figures moved since. Talk sheets: callqa export coaching.",
)
LISTED = [
    "coaching_id",
    "agent_id",
    "coached_on",
    "policy_id",
    "question_id",
    "metric",
    "action",
    "coached_by",
    "due_on",
    "done_on",
    "done_by",
    "note",
    "is_waiting",
]
EFFECT = "SELECT * FROM mart.coaching_effect ORDER BY coached_on, coaching_id, family, subject"


@app.command()
def add(
    agent: Annotated[str, typer.Option("--agent", help="The agent.")],
    action: Annotated[str, typer.Option("--action", help="What was agreed, in a sentence.")],
    by: By,
    on: Annotated[str, typer.Option("--on", help="Day of the talk, YYYY-MM-DD.")],
    policy: Annotated[str | None, typer.Option("--policy", help="The policy it was about; without it, any.")] = None,
    question: Annotated[str | None, typer.Option("--question", help="The question it was about.")] = None,
    metric: Annotated[
        Literal["handle_s", "resolution_rate"] | None, typer.Option("--metric", help="The metric it was about instead.")
    ] = None,
    due: Annotated[str | None, typer.Option("--due", help="Until when it is to be done, YYYY-MM-DD.")] = None,
    id: Own = None,
    workspace: Workspace = HERE,
) -> None:
    """Keep what was agreed. Prints the id. The next night begins to follow its effect.

    Example: callqa coaching add --agent a11 --question recap --on 2026-03-30 --action "Sum up" --by lead1 -w demo
    """
    from flows import entries

    config, now = _allowed(workspace), datetime.now(UTC)
    if metric and (policy or question):
        raise UsageError("a coaching is about a metric or about a policy", fix="Leave --metric out, or the others.")
    talked, until = a_day(on, "--on"), a_day(due, "--due") if due else None
    if until and until < talked:
        raise UsageError("--due lies before the talk", found=due, expected=f"{on} or later")
    _check(config, agent, policy, question)
    row: dict[str, Any] = {
        "coaching_id": id or entries.new_id("c", agent, policy, question, metric, action, by, now),
        "agent_id": agent,
        "coached_on": talked,
        "policy_id": policy,
        "question_id": question,
        "metric": metric,
        "action": said(action, "--action"),
        "coached_by": said(by, "--by"),
        "due_on": until,
    }
    refuse_known(row["coaching_id"], known(config, "coaching"))
    entries.write(config, "coaching", [row], now)
    typer.echo(row["coaching_id"])
    output.say("Waits for the next night. Its effect: callqa coaching effect, from ten contacts on each side on.")


@app.command()
def done(
    id: Annotated[str, typer.Argument(help="The coaching.")],
    by: By,
    on: Annotated[str | None, typer.Option("--on", help="Day it was done, YYYY-MM-DD; without it today.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="What is to be said about it.")] = None,
    workspace: Workspace = HERE,
) -> None:
    """Say that what was agreed is done; saying it again replaces it.

    Example: callqa coaching done --help
    """
    from flows import entries

    config, now = _allowed(workspace), datetime.now(UTC)
    before = one_known(config, "coaching", id)
    changes = {
        "done_on": a_day(on, "--on") if on else date.today(),  # noqa: DTZ011 - the day it is where this is typed
        "done_by": said(by, "--by"),
        "note": note,
    }
    entries.write(config, "coaching", [replaced("coaching", before, changes)], now)
    output.say(f"{id}: done with the next night.")


@app.command("list")
def list_(
    open: Annotated[bool, typer.Option("--open", help="Only what is not done.")] = False,
    agent: Annotated[str | None, typer.Option("--agent", help="Only of this agent.")] = None,
    workspace: Workspace = HERE,
    format: Format = None,
    output_file: Output = None,
    limit: Limit = None,
    json: Json = False,
    raw: Raw = False,
) -> None:
    """List what was agreed: published, or waiting for the next night (`is_waiting`).

    Example: callqa coaching list -w demo --open
    """
    config = _allowed(workspace)
    rows = [
        row
        for row in known(config, "coaching").values()
        if not (open and row["done_on"]) and agent in (None, row["agent_id"])
    ]
    rows.sort(key=lambda row: (row["coached_on"], row["coaching_id"]))
    show(rows, LISTED, format, output_file, limit, json=json, raw=raw)


@app.command()
def effect(
    workspace: Workspace = HERE,
    format: Format = None,
    output_file: Output = None,
    limit: Limit = None,
    raw: Raw = False,
) -> None:
    """Show what became of the figures since, beyond what colleagues nobody coached on it did by themselves.

    Example: callqa coaching effect -w demo
    """
    from flows.rows import stream
    from warehouse.connect import open_published

    config = _allowed(workspace)
    with open_published(config.published) as connection:
        rows = stream(connection, EFFECT)
        if rows is not None:
            output.emit(rows, format or "table", output_file, limit, raw=raw)


def _allowed(workspace: Any) -> Config:
    """Return the configuration where single agents may be shown."""
    from flows.export import allow_people
    from schemas.config import load_config

    config = load_config(workspace)
    allow_people(config, "coachings are about single agents")
    return config


def _check(config: Config, agent: str, policy: str | None, question: str | None) -> None:
    """Raise UsageError for an agent, policy or question nobody knows: nothing could ever come of it."""
    from warehouse.connect import open_published

    with open_published(config.published) as connection:
        agents = {row[0] for row in connection.execute("SELECT DISTINCT agent_id FROM core.leg").fetchall()}
        asked = connection.execute("SELECT DISTINCT policy_id, question_id FROM mart.question").fetchall()
    for name, value, there in (
        ("agent", agent, agents - {None}),
        ("policy", policy, {row[0] for row in asked}),
        ("question", question, {row[1] for row in asked if policy in (None, row[0])}),
    ):
        if value is not None and value not in there:
            raise UsageError(f"no such {name}", found=value, fix=nearest(value, sorted(there)))
