"""`callqa metrics …`: what every figure means, with its SQL and the worked examples that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import output
from flows.cli.options import Json

if TYPE_CHECKING:
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
