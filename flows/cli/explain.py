"""`callqa explain REF`: the arithmetic behind a score."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace


def explain(
    ref: Annotated[str, typer.Argument(help="Id of a leg or interaction, as it stands in qa.score.")],
    workspace: Workspace = HERE,
    policy: Annotated[str | None, typer.Option(help="Only this policy.")] = None,
    json: Json = False,
) -> None:
    """Show how a score came about: questions, answers, the words that prove them.

    Example: callqa explain LEG -w demo
    """
    from qa.explain import explain as ask
    from schemas.config import load_config
    from warehouse.connect import open_published

    config = load_config(workspace)
    with open_published(config.published) as connection:
        found = ask(connection, ref, policy=policy)
    if json:
        output.show_json(found.to_dict())
    else:
        typer.echo(found.to_text())
