"""`callqa site …`: the published figures as pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Workspace

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="The published figures as pages.")


@app.command()
def build(
    workspace: Workspace = HERE,
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write; without it, data/site of the workspace.")
    ] = None,
    language: Annotated[str, typer.Option("--lang", help="Language of the pages: en or de.")] = "en",
) -> None:
    """Write the site: overview, teams, agents where allowed, queues, policies, contacts to read, runs, quarantine.

    The pages open from the folder, without a server; they run no script and fetch nothing. The folder is replaced as a
    whole by the next build.

    Example: callqa site build -w demo --lang de
    """
    from flows.site import build as make
    from flows.texts import translations
    from schemas.config import load_config

    translations(language)
    config = load_config(workspace)
    made = make(config, folder or config.site_folder, language)
    output.say(f"{sum(made.pages.values())} pages: " + ", ".join(f"{n} {kind}" for kind, n in made.pages.items()))
    typer.echo(made.start)
