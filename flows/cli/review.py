"""`callqa review …`: contacts for people to evaluate, the forms they hand in, and how far they agree."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import output
from flows.cli.options import HERE, Format, Json, Limit, Output, Raw, Workspace
from schemas.errors import UsageError, nearest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from qa.sampling import Draw
    from schemas.config import Config

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Draw contacts for review, take in evaluations, calibrate."
)
Session = Annotated[str | None, typer.Option("--session", help="A calibration session, by the name you give it.")]


@app.command()
def sample(
    day: Annotated[str | None, typer.Option("--date", help="Contacts of this day, YYYY-MM-DD.")] = None,
    week: Annotated[str | None, typer.Option("--week", help="Of this week, YYYY-Www.")] = None,
    month: Annotated[str | None, typer.Option("--month", help="Of this month, YYYY-MM.")] = None,
    per_agent: Annotated[int | None, typer.Option("--per-agent", min=0, help="Random contacts of every agent.")] = None,
    total: Annotated[int | None, typer.Option("--total", min=0, help="Random contacts of all agents together.")] = None,
    risk: Annotated[int, typer.Option("--risk", min=0, help="Of each, so many of the riskiest on top.")] = 0,
    seed: Annotated[
        str | None, typer.Option("--seed", help="The same seed draws the same; without it one is made.")
    ] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="Ask the questions of this policy.")] = None,
    session: Session = None,
    by: Annotated[str | None, typer.Option("--by", help="Who draws; otherwise your login.")] = None,
    workspace: Workspace = HERE,
    format: Format = None,
    output_file: Output = None,
) -> None:
    """Draw contacts for people to evaluate, and write the worklist: blind, without scores and without reasons.

    The draw, with the probability each leg had, is in core.review_draw after the next night.

    Example: callqa review sample -w demo --date 2026-03-31 --per-agent 2 --risk 1 --seed spring --policy voice_de
    """
    from secrets import token_hex

    from flows import entries, reviews
    from qa.sampling import plan, population
    from schemas.config import load_config
    from warehouse.connect import open_published

    span, config, now = reviews.period(day, week, month), load_config(workspace), datetime.now(UTC)
    if (per_agent is None) == (total is None):
        raise UsageError("how many?", fix="Give --per-agent or --total.")
    chosen = seed or token_hex(4)
    with open_published(config.published) as connection:
        legs = population(connection, span.start, span.end, policy)
        wanted = per_agent if total is None else total
        draws = plan(legs, wanted or 0, risk, chosen, per_agent=total is None)
        questions = reviews.questions_for(connection, policy, draws) if policy else {}
        about: dict[str, Any] = {"session_id": session, "policy_id": policy}
        parts = [span, per_agent, total, risk, chosen, about, [(one.leg.leg_id, one.probability) for one in draws]]
        about["plan_id"] = entries.new_id("p", *parts)
        is_new = about["plan_id"] not in _plans(connection, config)
    if not draws:
        raise UsageError("nothing to draw from", found=f"{len(legs)} legs from {span.start} to {span.end}")
    lines = reviews.worklist(draws, about, questions, with_agent=config.privacy.mode == "agent")
    made = _write(config, lines, about["plan_id"], format, output_file)
    if is_new:
        rows = reviews.draw_rows(draws, span, about, by or _login(), chosen, now)
        entries.write(config, "review_draw", rows, now)
    output.say(f"{_counted(draws)} of {len(legs)} legs from {span.start} to {span.end}, seed {chosen}.")
    output.say(f"Plan {about['plan_id']}: " + ("waits for the next night." if is_new else "drawn before, the same."))
    if made:
        typer.echo(str(made))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A filled worklist, CSV or JSON lines.", exists=True, dir_okay=False)],
    by: Annotated[str, typer.Option("--by", help="The evaluator whose answers these are.")],
    policy: Annotated[str | None, typer.Option("--policy", help="Where the file has no policy_id.")] = None,
    session: Session = None,
    workspace: Workspace = HERE,
) -> None:
    """Take in a filled worklist as evaluations of one person; a form handed in again replaces the earlier one.

    Ends with 1, and takes nothing, when a line is wrong; every such line is named. Lines without an answer are left
    out.

    Example: callqa review import --help
    """
    from flows import entries, reviews
    from schemas.config import load_config
    from warehouse.connect import open_published

    if not by.strip():
        raise UsageError("--by is empty", fix="Name the evaluator.")
    config, now = load_config(workspace), datetime.now(UTC)
    with open_published(config.published) as connection:
        handed = reviews.read_forms(connection, file, by.strip(), now, policy, session)
    if handed.rows:
        entries.write(config, "evaluation", handed.rows, now)
    output.say(
        f"{handed.forms} form(s), {len(handed.rows)} answer(s) wait for the next night; {handed.empty} line(s) empty."
    )


@app.command()
def calibrate(
    session: Session = None,
    evaluators: Annotated[bool, typer.Option("--evaluators", help="Evaluators instead of questions.")] = False,
    workspace: Workspace = HERE,
    format: Format = None,
    output_file: Output = None,
    limit: Limit = None,
    json: Json = False,
    raw: Raw = False,
) -> None:
    """Show how far the evaluators of a session agree, question by question, or who is stricter than the others.

    Without --session it lists the sessions. Figures are of the last night; what was handed in since is counted.

    Example: callqa review calibrate -w demo
    """
    from flows.rows import stream
    from schemas.config import load_config
    from warehouse.connect import open_published

    config = load_config(workspace)
    with open_published(config.published) as connection:
        short = not json and (format or "table") == "table"
        query, params = _calibration(connection, session, evaluators=evaluators, short=short)
        rows = stream(connection, query, params)
        if rows is not None and json:
            output.show_json(rows.read_all().to_pylist())
        elif rows is not None:
            output.emit(rows, format or "table", output_file, limit, raw=raw)
    _say_waiting(config, session)


SESSIONS = (
    "SELECT session_id, form, count(*) AS questions, max(evaluators_n) AS evaluators_n, max(legs_n) AS legs_n "
    "FROM qa.calibration GROUP BY session_id, form ORDER BY ALL"
)
QUESTIONS = (
    "SELECT form, question_id, evaluators_n, legs_n, fails_n, {figures}, reason FROM qa.calibration "
    "WHERE session_id = $session ORDER BY form, question_id"
)
EVALUATORS = (
    "SELECT form, evaluator_id, legs_n, compared_n, {figures}, reason FROM qa.calibration_evaluator "
    "WHERE session_id = $session ORDER BY form, evaluator_id"
)
FIGURES = ("agreement", "alpha_nominal", "alpha_ordinal", "alpha_interval", "fail_agreement")


def _calibration(
    connection: DuckDBPyConnection, session: str | None, *, evaluators: bool, short: bool
) -> tuple[str, dict[str, Any] | None]:
    """Return the query; `short` puts a figure and its interval into one text, for the eye."""
    from qa.calibration import sessions

    known = sessions(connection)
    if session is None:
        return SESSIONS, None
    if session not in known:
        fix = nearest(session, known) if known else "None so far: see `callqa review sample --session`."
        raise UsageError("no night has figures of this session", found=session, fix=fix)
    form = "%.1f" if evaluators else "%.2f"
    shown = [_shown(name, form, short=short) for name in (("leniency",) if evaluators else FIGURES)]
    query = EVALUATORS if evaluators else QUESTIONS
    return query.format(figures=", ".join(shown)), {"session": session}


def _shown(name: str, form: str, *, short: bool) -> str:
    if not short:
        return f"{name}, {name}_low, {name}_high"
    interval = f"coalesce(printf(' ({form} to {form})', {name}_low, {name}_high), '')"
    return f"printf('{form}', {name}) || {interval} AS {name}"


def _say_waiting(config: Config, session: str | None) -> None:
    from flows import entries

    waiting = entries.waiting(config, "evaluation")
    forms = {row["evaluation_id"] for row in waiting if row["session_id"] and session in (None, row["session_id"])}
    if forms:
        output.say(f"{len(forms)} form(s) handed in since wait for the next night.")


def _plans(connection: DuckDBPyConnection, config: Config) -> set[str]:
    from flows import entries
    from qa.disputes import published

    rows = published(connection, "review_draw") + entries.waiting(config, "review_draw")
    return {row["plan_id"] for row in rows}


def _write(config: Config, lines: Any, plan_id: str, form: str | None, file: Path | None) -> Path | None:
    """Write the worklist to the file, or below data/exports; returns its path, None for standard output."""
    from flows import landing, reviews

    chosen = form or ("xlsx" if file and file.suffix.lower() == ".xlsx" else "csv")
    about = {
        "Plan": plan_id,
        "Blind": "Evaluate before you look at any score.",
        "To do": "Fill in answer and note, save as CSV UTF-8 and hand in: callqa review import FILE --by YOU.",
    }
    target = file
    if target is None:
        landing.private(config.exports)
        target = config.exports / f"review-{plan_id}.{chosen}"
    from flows.write import writer

    with output.opened(target, binary=writer(chosen).BINARY) as sink:
        reviews.write_worklist(lines, chosen, sink, about)
    return None if str(target) == "-" else target


def _counted(draws: list[Draw]) -> str:
    risk = sum(one.drawn_as == "risk" for one in draws)
    return f"{len(draws) - risk} drawn at random and {risk} for risk"


def _login() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
