"""`callqa metrics …`: what every figure means, with its SQL and the worked examples that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace, a_day

if TYPE_CHECKING:
    from warehouse.definitions import Figure
    from warehouse.models import Example, MetricContract

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Look up what a figure means.")


@app.command("list")
def list_(json: Json = False) -> None:
    """List the metrics: name, unit and what each is.

    Example: callqa metrics list
    """
    from warehouse.models import metrics

    known = metrics()
    if json:
        rows = [{"metric": n, "grain": c.grain, "unit": c.unit, "title": c.title} for n, c in known.items()]
        output.show_json(rows)
        return
    width = max(len(f"{c.unit} per {c.grain}") for c in known.values())
    output.show_pairs([(n, f"{f'{c.unit} per {c.grain}':<{width}}  {c.title}") for n, c in known.items()])


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a metric.")], json: Json = False) -> None:
    """Print the contract of a metric, its SQL, and its worked examples: rows in, values out.

    The examples are the metric's tests; without one it is not built.

    Example: callqa metrics show handle_s
    """
    from dataclasses import asdict

    from warehouse.models import all_models, metric

    contract = metric(name)
    model = all_models()[f"metric.{name}"]
    if json:
        output.show_json(asdict(contract) | {"sql": model.sql, "params": model.params})
        return
    typer.echo(f"{contract.title}\n")
    output.show_pairs(_facts(contract))
    typer.echo(f"\nSQL, makes metric.{name}:\n\n{model.sql.strip()}")
    for parameter, value in model.params.items():
        typer.echo(f"-- with ${parameter} = {value}")
    for example in contract.examples:
        typer.echo(f"\nExample: {example.name}")
        output.show_pairs(_lines(example))


@app.command()
def compare(
    day: Annotated[str, typer.Option("--date", help="The day, YYYY-MM-DD.")],
    workspace: Workspace = HERE,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows", help="Also list what counts otherwise under this definition: connect, genesys, zendesk."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show a day's figures as we, Amazon Connect, Genesys Cloud and Zendesk define them, and what makes the difference.

    The data is the same, only the definition changes; `differing` counts the legs, interactions or visits to a queue
    that count under one of the two only, or with another value.

    Example: callqa metrics compare --date 2026-03-30 -w demo --rows connect
    """
    from dataclasses import asdict

    from schemas.config import load_config
    from warehouse import definitions
    from warehouse.connect import open_published

    config, on = load_config(workspace), a_day(day)
    zone = config.site.timezone
    with open_published(config.published) as connection:
        found = {name: definitions.compare(connection, name, on, zone) for name in definitions.names()}
        lists = {name: definitions.differing(connection, name, rows, on, zone) for name in found} if rows else {}
    if json:
        plain = [asdict(figure) for one in found.values() for figure in one]
        output.show_json({"date": on.isoformat(), "figures": plain, "rows": lists})
        return
    for name, figures in found.items():
        about = definitions.contract(name)
        typer.echo(f"{about.title} {about.summary.capitalize()}, {about.unit}; {on.isoformat()}")
        output.show_pairs([(f"  {one.definition}", _figure(one, about.summary)) for one in figures])
        for entity, ours, theirs in lists.get(name, []):
            told = [_told(value, about.summary) for value in (ours, theirs)]
            typer.echo(f"    {entity}: {told[0]} with us, {told[1]} there")
        output.show_pairs([(f"  {one}", text) for one, text in about.definitions.items()])
        typer.echo("")


def _figure(figure: Figure, summary: str) -> str:
    if not figure.n or figure.value is None:
        return "no figure"
    differing = f", {figure.differing:,} differing" if figure.definition != "callqa" else ""
    value = f"{figure.value * 100:.2f} %" if summary == "rate" else f"{figure.value:,.1f}"
    return f"{value} of {figure.n:,}{differing}"


def _told(value: float | None, summary: str) -> str:
    """Return one row's value for the eye; of a rate it says whether the row is in the numerator."""
    if value is None:
        return "not counted"
    if summary == "rate":
        return "counted" if value else "counted against"
    return f"{value:,.1f}"


def _facts(contract: MetricContract) -> list[tuple[str, str]]:
    return [
        ("unit", f"{contract.unit}, per {contract.grain}"),
        ("formula", contract.formula),
        ("left out", contract.exclusions),
        ("unknown", contract.null_rule),
        ("day", f"{contract.bucket} of core.{contract.grain}_context"),
        ("agent", f"{contract.agent} of core.{contract.grain}_context"),
        ("source", contract.source),
    ]


def _lines(example: Example) -> list[tuple[str, str]]:
    out = [(f"  {table}", _row(row)) for table, rows in example.given.items() for row in rows]
    return out + [("  gives", _row(row)) for row in example.expect]


def _row(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {'NULL' if value is None else value}" for name, value in row.items())
