"""`callqa verify` and `callqa recover`: is everything kept still whole, and back to what was."""

from __future__ import annotations

from dataclasses import asdict

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace


def verify(workspace: Workspace = HERE, json: Json = False) -> None:
    """Read every byte of the published file, its snapshots, the work file and landing; change nothing.

    Ends with 1 when something is damaged or missing. Takes as long as reading all of `data/` takes.

    Example: callqa verify -w demo
    """
    from flows.recovery import verify as look
    from schemas.config import load_config

    found = look(load_config(workspace))
    bad = [one for one in found if one.state in ("damaged", "missing")]
    if json:
        output.show_json({"good": not bad, "findings": [asdict(one) for one in found]})
    else:
        output.show_pairs([(one.state, f"{one.what}  {one.detail}".rstrip()) for one in found])
        output.say(f"{len(bad)} thing(s) to mend: run `callqa recover`." if bad else "Everything is whole.")
    raise typer.Exit(1 if bad else 0)


def recover(workspace: Workspace = HERE) -> None:
    """Put the newest whole snapshot in the place of a damaged published or work file.

    What was loaded after that snapshot goes back into the inbox from its copy in landing; run a night then. Damaged
    files are moved to data/damaged.

    Example: callqa recover -w demo
    """
    from flows.recovery import recover as mend
    from schemas.config import load_config

    done = mend(load_config(workspace))
    for line in done:
        typer.echo(line)
    output.say("Done." if done else "Nothing is damaged; nothing was done.")
