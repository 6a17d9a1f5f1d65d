"""The command line. Standard output is data, standard error is talk, exit codes are an interface.

0 done · 1 the work failed or found problems · 2 wrong usage, configuration, mapping or policy · 130 interrupted.
Modules here load quickly: whatever opens a database or runs a night is imported inside its command.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.cli import (
    coaching,
    dispute,
    doctor,
    explain,
    export,
    metrics,
    night,
    policy,
    recover,
    rescore,
    review,
    score,
    site,
    sources,
    sql,
    status,
    workspace,
)
from flows.cli.output import say
from schemas.errors import CallqaError


class Commands(TyperGroup):
    """The one place where an error becomes a line on standard error and an exit code."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run a command. With --debug errors keep their traceback."""
        try:
            return super().invoke(ctx)
        except CallqaError as problem:
            if ctx.params.get("debug"):
                raise
            say(f"callqa: {problem}")
            raise typer.Exit(problem.exit_code) from None
        except BrokenPipeError:
            raise
        except Exception as problem:
            if ctx.params.get("debug") or _belongs_to_typer(problem):
                raise
            say(f"callqa: {_unexpected(problem)}")
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Call and e-mail logs in; handle time, resolution and policy adherence out.",
    epilog="Start with: callqa demo demo && callqa nightly -w demo --date 2026-03-31",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"callqa {version('callqa')}")
        raise typer.Exit


@app.callback()
def main(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error arose. May print customers' words.")
    ] = False,
) -> None:
    """Take the options that stand before the command, and make whatever is written readable by its owner only."""
    before = os.umask(0o077)
    ctx.call_on_close(lambda: os.umask(before))


for command in (
    workspace.init,
    workspace.demo,
    night.nightly,
    night.serve,
    rescore.rescore,
    status.status,
    sql.sql,
    export.export,
    explain.explain,
    doctor.doctor,
    recover.verify,
    recover.recover,
):
    app.command()(command)
app.add_typer(policy.app, name="policy")
app.add_typer(score.app, name="score")
app.add_typer(site.app, name="site")
app.add_typer(sources.app, name="sources")
app.add_typer(metrics.app, name="metrics")
app.add_typer(review.app, name="review")
app.add_typer(dispute.app, name="dispute")
app.add_typer(coaching.app, name="coaching")


@app.command()
def version() -> None:
    """Print the version of callqa."""
    from importlib.metadata import version as installed

    typer.echo(installed("callqa"))


def _belongs_to_typer(problem: Exception) -> bool:
    """Tell wrong options, --help and Exit, which typer answers itself, from faults."""
    return type(problem).__module__.partition(".")[0] in ("typer", "click")


def _unexpected(problem: Exception) -> str:
    """Name a fault and its place. Its message may hold values of records and is shown with --debug only."""
    if isinstance(problem, OSError) and problem.strerror:
        spot = f"{problem.filename}: " if problem.filename else ""
        return f"{spot}{problem.strerror}"
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"a fault in callqa itself: {type(problem).__name__}{place}. `callqa --debug …` shows more."
