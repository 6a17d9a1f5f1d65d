"""`callqa explain REF`: the arithmetic behind a score."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace, a_day


def explain(
    ref: Annotated[str, typer.Argument(help="Id of a leg or interaction, as it stands in qa.score.")],
    workspace: Workspace = HERE,
    policy: Annotated[str | None, typer.Option(help="Only this policy.")] = None,
    run: Annotated[int | None, typer.Option("--run", help="As this run published it, by its number.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As it was known after the night of this day.")
    ] = None,
    json: Json = False,
) -> None:
    """Show how a score came about: questions, answers, the words that prove them.

    The number is computed again from the stored answers and the stored policy, also for a score that has since been
    replaced; where that does not give the stored number, the command says so and ends with 1.

    Example: callqa explain LEG -w demo
    """
    from qa.explain import explain as ask
    from qa.explain import run_of
    from schemas.config import load_config
    from warehouse.connect import open_published

    config, day = load_config(workspace), a_day(as_of, "--as-of") if as_of else None
    with open_published(config.published) as connection:
        found = ask(connection, ref, policy=policy, run_seq=run_of(connection, run, day))
    if json:
        output.show_json(found.to_dict())
    else:
        typer.echo(found.to_text())
