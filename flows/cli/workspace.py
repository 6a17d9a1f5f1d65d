"""`callqa init` and `callqa demo`: make a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.output import say


def init(
    path: Annotated[Path, typer.Argument(help="Folder to make; must be empty or new.", file_okay=False)],
) -> None:
    """Make a workspace to fill in: callqa.toml, inbox, starter policies.

    Example: callqa init ~/centre
    """
    from flows.workspace import init_workspace

    init_workspace(path)
    say(f"Made {path}. Next: describe your files in {path / 'callqa.toml'}, then `callqa doctor -w {path}`.")


def demo(
    path: Annotated[Path, typer.Argument(help="Folder to make; must be empty or new.", file_okay=False)],
    days: Annotated[int, typer.Option(min=1, help="Days of logs.")] = 5,
    agents: Annotated[int, typer.Option(min=1, help="Agents.")] = 12,
    calls_per_day: Annotated[int, typer.Option(min=1, help="Calls a day, on average.")] = 200,
    seed: Annotated[int, typer.Option(help="Same seed, same logs.")] = 7,
) -> None:
    """Make a workspace with made-up logs, ready for a night.

    Example: callqa demo demo
    """
    from flows.demo import make_demo

    summary = make_demo(path, days=days, agents=agents, calls_per_day=calls_per_day, seed=seed)
    say(f"{summary}\nNext: callqa nightly -w {path} --date {summary.last_day}")
