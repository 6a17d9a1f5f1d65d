"""`callqa score …`: a scored contact as people read it."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Output, Workspace
from schemas.errors import UsageError

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Read a scored contact.")


@app.command()
def show(
    ref: Annotated[str, typer.Argument(help="Id of a leg or interaction.")],
    workspace: Workspace = HERE,
    form: Annotated[str, typer.Option("--format", "-f", help="terminal or html.")] = "terminal",
    language: Annotated[str, typer.Option("--lang", help="Language of the labels: en or de.")] = "en",
    policy: Annotated[str | None, typer.Option(help="Only this policy.")] = None,
    output_file: Output = None,
    json: Json = False,
) -> None:
    """Show what was said, which words decided which question, and the score with its arithmetic.

    The HTML page stands for itself: no scripts, nothing from the network. It shows customers' words: keep it as you
    keep the recordings.

    Example: callqa score show LEG -w demo
    """
    from flows import contact_page
    from flows.texts import translator
    from qa.contact import contact
    from schemas.config import load_config
    from warehouse.connect import open_published

    if form not in ("terminal", "html"):
        raise UsageError("unknown format", found=form, expected="terminal or html")
    translator(language)
    config = load_config(workspace)
    with open_published(config.published) as connection:
        found = contact(connection, ref, policy)
    if json:
        output.show_json(found.to_dict(with_agent=config.privacy.mode == "agent"))
        return
    made = contact_page.html(found, config, language) if form == "html" else contact_page.text(found, config, language)
    with output.opened(output_file, binary=False) as sink:
        sink.write(f"{made.rstrip()}\n".encode())
