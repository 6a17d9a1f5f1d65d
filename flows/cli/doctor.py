"""`callqa doctor`: what could stop the next night."""

from __future__ import annotations

from dataclasses import asdict

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace


def doctor(workspace: Workspace = HERE, json: Json = False) -> None:
    """Look over machine and workspace, and say how to mend what is wrong.

    Every package is imported once, which takes some seconds. Ends with 1 when something is wrong.

    Example: callqa doctor -w demo
    """
    from flows.doctor import examine

    found = examine(workspace)
    bad = [one for one in found if one.state == "problem"]
    if json:
        output.show_json({"good": not bad, "findings": [asdict(one) for one in found]})
    else:
        marks = {"ok": "ok", "warning": "look", "problem": "WRONG"}
        output.show_pairs([(f"{marks[one.state]:<5} {one.check}", _text(one.detail, one.fix)) for one in found])
        output.say("Nothing wrong." if not bad else f"{len(bad)} thing(s) to mend.")
    raise typer.Exit(1 if bad else 0)


def _text(detail: str, fix: str) -> str:
    return f"{detail} -> {fix}" if fix else detail
