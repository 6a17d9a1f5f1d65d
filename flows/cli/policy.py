"""`callqa policy …`: what is expected of a contact, looked over before a night uses it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cells import visible
from flows.cli import output
from flows.cli.options import HERE, Json, Workspace, a_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from duckdb import DuckDBPyConnection

    from qa.agreement import Estimate
    from qa.backtest import Backtest
    from qa.diff import Diff
    from qa.policy import Policy
    from schemas.config import Config

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
def schema() -> None:
    """Print the JSON Schema of a policy: with it an editor completes keys and marks mistakes while you write.

    Example: callqa policy schema
    """
    from qa.policy_schema import policy_schema

    output.show_json(policy_schema())


@app.command()
def show(
    ref: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A policy; without it, all together (--sql).")
    ] = None,
    version: Annotated[int | None, typer.Option(help="This version; otherwise the draft or the newest.")] = None,
    sql: Annotated[bool, typer.Option("--sql", help="The one SELECT that answers every question instead.")] = False,
    workspace: Workspace = HERE,
) -> None:
    """Print a policy for people: what each question is worth of the whole, how it is checked, where it applies.

    With --sql: what it becomes. Nights run the SELECT of all policies together.

    Example: callqa policy show voice_de -w demo
    """
    from qa.compile import compile_policies
    from qa.policy import load_policies
    from qa.policy_text import lines
    from qa.sql_layout import laid_out
    from qa.versions import find
    from schemas.config import load_config
    from schemas.errors import UsageError

    config = load_config(workspace)
    if ref is None:
        policies = load_policies(config.policies)
        if not sql or not policies:
            names = sorted({one.policy_id for one in policies})
            raise UsageError("which policy?", expected=", ".join(names) or f"one in {config.policies}")
        typer.echo(laid_out(compile_policies(policies)))
        return
    with _published(config) as connection:
        policy = find(config.policies, ref if version is None else f"{ref}@{version}", connection)
        count = _contacts(connection, policy) if connection else None
    if sql:
        typer.echo(laid_out(compile_policies([policy])))
    else:
        typer.echo("\n".join(visible(line) for line in lines(policy, count)))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A policy (all versions in force), ID@VERSION, or a file.")],
    after: Annotated[str | None, typer.Argument(help="ID@VERSION or a file; without it, the draft of BEFORE.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First day of contact.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day of contact.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say what another version would change over contacts that are there: who moves how far, and which questions do it.

    Nothing is stored. Without days: the last 30 that the policy scored. A single version is tried on every day.

    Example: callqa policy diff voice_de voice_de@1 -w demo
    """
    from schemas.config import load_config
    from warehouse.connect import open_trial

    config = load_config(workspace)
    days = (a_day(since, "--from") if since else None, a_day(until, "--to") if until else None)
    with open_trial(config.published) as connection:
        found = _compare(config, connection, before, after, days)
    if json:
        output.show_json(found.to_dict())
    else:
        _show_diff(found, config)


@app.command()
def backtest(
    ref: Annotated[str | None, typer.Argument(metavar="[ID]", help="A policy; without it, all.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Add rules below their bar to policies/advisory.yaml: shown, not scored.")
    ] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Compare automatic answers with those of people: agreement, precision and recall of fails, per question.

    Example: callqa policy backtest -w demo
    """
    from datetime import UTC, datetime

    from qa.backtest import backtest as compare
    from qa.backtest import write_advisory
    from qa.policy import ADVISORY, load_policies
    from qa.versions import in_force
    from schemas.config import load_config
    from warehouse.connect import open_published

    config = load_config(workspace)
    policies = in_force(config.policies, ref) if ref else load_policies(config.policies)
    with open_published(config.published) as connection:
        found = [one for policy in policies for one in compare(connection, policy)]
    if json:
        output.show_json([one.to_dict() for one in found])
    else:
        _show_backtest(found)
    if write:
        added = write_advisory(config.policies / ADVISORY, found, datetime.now(UTC).date().isoformat())
        output.say(f"{added} rule(s) added to {config.policies / ADVISORY}: shown, not scored, from the next night on.")


@app.command()
def publish(
    name: Annotated[str, typer.Argument(help="A policy in policies/drafts.")],
    version: Annotated[
        int | None, typer.Option(help="The version you mean to publish; asked for when it is not given.")
    ] = None,
    workspace: Workspace = HERE,
) -> None:
    """Look a draft over, say what it changes, and move it to the policies that nights score with.

    Once a night has scored with it, another content under the same version is refused, naming both hashes.

    Example: callqa policy publish voice_fr --version 1 -w centre
    """
    from qa import publication
    from schemas.config import load_config
    from schemas.errors import UsageError
    from warehouse.connect import open_trial

    config = load_config(workspace)
    with _published(config) as connection:
        made = publication.prepare(config.policies, name, connection)
    shape = made.policy.shape
    if made.replaces and config.published.exists():
        with open_trial(config.published) as connection:
            _show_diff(_compare(config, connection, name, str(made.policy.path), (None, None)), config)
    typer.echo(f"{shape.title}: {name} version {shape.version}, {made.policy.policy_hash}")
    typer.echo(f"for contacts from {shape.effective.start} to {shape.effective.end or 'a newer version'}")
    typer.echo("examples come out as expected" if made.tested else "no examples: nothing was tested")
    if version is None and sys.stdin.isatty():
        version = int(typer.prompt("Publish which version?", type=int))
    if version != shape.version:
        fix = f"Give --version {shape.version} if that is what you mean."
        raise UsageError("not published", found=version, expected=shape.version, fix=fix)
    publication.publish(made)
    output.say(f"Published as {made.target}. The next night scores with it.")


@contextmanager
def _published(config: Config) -> Iterator[DuckDBPyConnection | None]:
    """Open the published database where there is one."""
    from warehouse.connect import open_published

    if config.published.exists():
        with open_published(config.published) as connection:
            yield connection
    else:
        yield None


def _contacts(connection: DuckDBPyConnection, policy: Policy) -> int:
    query = "SELECT count(*) FROM qa.score WHERE policy_id = ? AND policy_version = ?"
    return int((connection.execute(query, [policy.policy_id, policy.shape.version]).fetchone() or (0,))[0])


def _compare(
    config: Config,
    connection: DuckDBPyConnection,
    before: str,
    after: str | None,
    days: tuple[date | None, date | None],
) -> Diff:
    from dataclasses import replace

    from qa import versions
    from qa.diff import diff as compare
    from qa.diff import scored_days
    from schemas.errors import UsageError

    single = "@" in before or before.endswith(".yaml")
    old = [versions.always(versions.find(config.policies, before, connection))] if single else []
    old = old or versions.in_force(config.policies, before)
    if after is None and not any(one.policy_id == old[0].policy_id for one in versions.drafts(config.policies)):
        raise UsageError("compare with what?", found=f"no draft of {old[0].policy_id}", expected="ID@VERSION or a file")
    new = versions.always(versions.find(config.policies, after or old[0].policy_id, connection))
    if new.policy_id != old[0].policy_id:
        raise UsageError("versions of two policies", found=f"{old[0].policy_id} and {new.policy_id}")
    known = scored_days(connection, new.policy_id)
    since, until = days[0] or (known and known[0]), days[1] or (known and known[1])
    if since is None or until is None:
        raise UsageError(f"{new.policy_id} has scored nothing yet", fix="Give --from and --to.")
    by_agent = config.privacy.mode == "agent"
    found = compare(connection, old, [new], since, until, "agent_id" if by_agent else "team")
    few = config.privacy.min_team
    shown = [row for row in found.moves if by_agent or row["agents"] >= few]
    return replace(found, moves=shown, hidden=len(found.moves) - len(shown))


def _show_diff(found: Diff, config: Config) -> None:
    total = found.totals
    typer.echo(f"contacts from {found.since} to {found.until}: {total['legs']:,}")
    rates = [_share(total[f"passed_{side}"], total[f"{side}_n"]) for side in ("before", "after")]
    pairs = [
        ("final score", f"{_number(total['mean_before'])} → {_number(total['mean_after'])}, {total['moved']:,} move"),
        ("passed", f"{rates[0]} → {rates[1]}"),
        ("fatal", f"{total['fatal_before']:,} → {total['fatal_after']:,}, {total['fatal_new']:,} new"),
    ]
    for name in ("customer", "business", "compliance"):
        counts = [f"{total[f'{name}_{when}']:,}" for when in ("before", "after", "new")]
        pairs.append((f"{name}-critical", f"{counts[0]} → {counts[1]}, {counts[2]} new"))
    gone, come = total["no_longer_scored"], total["newly_scored"]
    pairs += [("final or not", f"{gone:,} no longer, {come:,} newly")] if gone or come else []
    output.show_pairs(pairs)
    changed = [row for row in found.questions if row["changed"]]
    if changed:
        headings = ("question", "changed", "of", "fails before", "fails after", "unknown before", "unknown after")
        keys = ("question_id", "changed", "legs", "fails_before", "fails_after", "unknown_before", "unknown_after")
        _table("Answers that change", headings, [[row[key] for key in keys] for row in changed])
    moved = [row for row in found.moves if row["raised"] or row["lowered"]]
    if moved:
        who = "agent" if config.privacy.mode == "agent" else "team"
        keys = ("who", "moved", "before", "after", "n", "raised", "lowered")
        _table("Who moves", (who, *keys[1:]), [[row[key] for key in keys] for row in moved])
    if found.hidden:
        typer.echo(f"{found.hidden} teams of fewer than {config.privacy.min_team} people are not shown.")


def _show_backtest(found: list[Backtest]) -> None:
    judged = [one for one in found if one.n or one.unknown or one.unclear or one.people_differ]
    headings = (
        "policy",
        "question",
        "n",
        "agreement %",
        "precision of fails %",
        "recall of fails %",
        "alpha",
        "unknown",
        "",
    )
    rows = [
        [f"{one.policy}@{one.version}", one.question, one.n, _interval(one.agreement), _interval(one.precision),
         _interval(one.recall), _number(one.alpha.value), one.unknown, one.advice]
        for one in judged
    ]  # fmt: skip
    if rows:
        _table("Rules and people", headings, rows)
    typer.echo(f"{len(found) - len(judged)} question(s) that nobody evaluated.")
    below = sum(one.is_below for one in found)
    typer.echo(f"{below} below their bar.")


def _table(title: str, headings: tuple[str, ...], rows: list[list[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None)
    for at, heading in enumerate(headings):
        table.add_column(heading, justify="left" if at == 0 or not heading or heading == "question" else "right")
    for row in rows:
        table.add_row(*(visible(value if isinstance(value, str) else _number(value)) for value in row))
    Console(width=None if os.isatty(1) else 160, markup=False, highlight=False).print(table)


def _interval(one: Estimate) -> str:
    if one.value is None:
        return "–"
    return f"{100 * one.value:.0f} ({100 * (one.low or 0):.0f} to {100 * (one.high or 0):.0f})"


def _share(part: int, of: int) -> str:
    return f"{100 * part / of:.1f} % of {of:,}" if of else "–"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
