"""`callqa policy …`: what is expected of a contact, looked over before a night uses it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Check and try policies, and print what they become."
)


@app.command()
def lint(workspace: Workspace = HERE, json: Json = False) -> None:
    """Say what is wrong with the policies, and what is probably not meant.

    Every finding names file, line and column. Ends with 1 when a policy cannot be used.

    Example: callqa policy lint -w demo
    """
    from qa.lint import lint as look
    from schemas.config import load_config
    from warehouse.connect import open_memory

    with open_memory() as connection:
        found = look(load_config(workspace).policies, connection)
    if json:
        output.show_json([asdict(one) for one in found])
    else:
        output.show_pairs([(one.severity, one.text) for one in found])
    bad = sum(one.severity == "error" for one in found)
    output.say(f"{bad} error(s), {len(found) - bad} warning(s).")
    raise typer.Exit(1 if bad else 0)


@app.command()
def test(workspace: Workspace = HERE, json: Json = False) -> None:
    """Run the worked examples beside each policy: talks in, expected answers out.

    Ends with 1 when one comes out otherwise. A policy without examples is named: nothing was tested there.

    Example: callqa policy test -w demo
    """
    from qa.examples import examples_path, run_examples
    from qa.policy import load_policies
    from schemas.config import load_config
    from warehouse.connect import open_memory

    missed = []
    for policy in load_policies(load_config(workspace).policies):
        if not examples_path(policy).exists():
            output.say(f"{policy.path.name}: no examples, nothing was tested")
            continue
        with open_memory() as connection:
            missed += run_examples(policy, connection)
        output.say(f"{policy.path.name}: tested")
    if json:
        output.show_json([asdict(one) | {"where": str(one.where)} for one in missed])
    else:
        output.show_pairs([("differs", str(one)) for one in missed])
    output.say(f"{len(missed)} answer(s) differ from what was expected.")
    raise typer.Exit(1 if missed else 0)


@app.command()
def sql(
    policy: Annotated[str | None, typer.Argument(help="Name of one policy; without it, all together.")] = None,
    workspace: Workspace = HERE,
) -> None:
    """Print the one SELECT that answers every question for every leg.

    Example: callqa policy sql -w demo
    """
    from qa.compile import compile_policies
    from qa.policy import load_policies
    from schemas.config import load_config
    from schemas.errors import UsageError, nearest

    config = load_config(workspace)
    policies = load_policies(config.policies)
    chosen = [one for one in policies if policy in (None, one.policy_id)]
    if not chosen:
        fix = nearest(policy or "", {one.policy_id for one in policies}) if policies else f"None in {config.policies}."
        raise UsageError("no such policy", found=policy, fix=fix)
    typer.echo(compile_policies(chosen))
