"""The SQL models: one SELECT per file, its contract in a YAML beside it, named like the table it makes.

`warehouse/core/turn.sql` makes `core.turn`. The order of building is read from the SQL itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from schemas.errors import UsageError, nearest
from schemas.strict_yaml import load
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

HOME = Path(__file__).parent
FOLDERS = ("core", "metric", "mart", "main")


@dataclass(frozen=True)
class Example:
    """A worked example: rows given, rows expected. It is the model's test."""

    name: str
    given: dict[str, tuple[dict[str, Any], ...]]
    expect: tuple[dict[str, Any], ...]
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recompute:
    """How a table follows its inputs without being made anew as a whole; see warehouse/incremental.py.

    `by`: all rows of one interaction (or leg, or message) are made from what belongs to it, and `column` names it.
    `reach` says whose rows decide as well: those of the same customer's other interactions, or of legs of the same
    agent at the same time. `by: clock`: the table moves with the business date.

    A mart is made anew `by: period` (its columns period and period_start) or `by: day` (`column`) from the rows of
    those days: `cut` names, for each table it reads that grows with history, the date column its rows are put by.
    """

    by: Literal["interaction", "leg", "message", "clock", "period", "day"]
    column: str = ""
    reach: Literal["own", "customer", "agent"] = "own"
    cut: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the column that names the interaction or leg."""
        return self.column or f"{self.by}_id"


@dataclass(frozen=True)
class TableContract:
    """Contract of a model in core/, mart/ or main/.

    `columns` may be left out for a table declared in schemas/tables; `columns_from` takes over those of another model,
    to which `columns` adds.
    """

    table: str
    description: str
    columns: dict[str, str] = field(default_factory=dict)
    columns_from: str | None = None
    kind: Literal["table", "view"] = "table"
    recompute: Recompute | None = None
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class MetricContract:
    """Contract of a metric: what one row means and how rows are put to agents and days.

    `bucket` and `agent` name columns of core.leg_context or core.interaction_context, by grain. `variants` names one
    parameter of the SQL and its values, such as `window_days: [1, 3, 7, 14]`: each makes a metric of its own, called
    `<file>_<value>`. Texts may show the value as {window_days}; an example says by its `params` which one it is of.
    """

    metric: str
    title: str
    grain: Literal["leg", "interaction"]
    unit: str
    formula: str
    null_rule: str
    bucket: str
    agent: str
    source: str
    exclusions: str
    examples: tuple[Example, ...]
    variants: dict[str, tuple[int, ...]] = field(default_factory=dict)
    reach: Literal["own", "customer", "agent"] = "own"
    kind: Literal["table"] = "table"

    def variant(self, parameter: str, value: int) -> MetricContract:
        """Return the contract of one variant, named and described as such."""

        def told(text: str) -> str:
            return text.replace(f"{{{parameter}}}", str(value))

        return replace(
            self,
            metric=f"{self.metric}_{value}",
            title=told(self.title),
            formula=told(self.formula),
            exclusions=told(self.exclusions),
            null_rule=told(self.null_rule),
            examples=tuple(one for one in self.examples if one.params.get(parameter) == value),
        )

    @property
    def recompute(self) -> Recompute:
        """Return how the metric follows its inputs: by leg or interaction, as its grain says."""
        return Recompute(self.grain, "entity_id", self.reach)

    @property
    def columns(self) -> dict[str, str]:
        """Return the columns every metric has."""
        return {
            "entity_id": f"The {self.grain}.",
            "value": f"{self.title} Unit: {self.unit}.",
            "state": "counted, excluded, unknown (something needed is not known) or immature (too early to say).",
        }


@dataclass(frozen=True)
class Model:
    """One .sql file with its contract."""

    schema: str
    name: str
    sql: str
    contract: TableContract | MetricContract
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Return the name people query."""
        return f"{self.schema}.{self.name}"

    @property
    def sentence(self) -> str:
        """Return the leading comment: what the model is, in one sentence."""
        return self.sql.splitlines()[0].removeprefix("--").strip()


@cache
def all_models() -> dict[str, Model]:
    """Return every model by full name. Raises UsageError for a model without contract, unit or example."""
    return {model.full_name: model for folder in FOLDERS for model in _read_folder(folder)}


def described(contract: TableContract | MetricContract) -> dict[str, str]:
    """Return the description of every column the contract describes, those of `columns_from` included."""
    other = contract.columns_from if isinstance(contract, TableContract) else None
    return (described(all_models()[other].contract) if other else {}) | contract.columns


def metrics() -> dict[str, MetricContract]:
    """Return the contract of every metric by name."""
    found = {model.name: model.contract for model in all_models().values() if model.schema == "metric"}
    return {name: contract for name, contract in found.items() if isinstance(contract, MetricContract)}


def metric(name: str) -> MetricContract:
    """Return one metric's contract. Raises UsageError naming the nearest known one."""
    known = metrics()
    if name not in known:
        raise UsageError(f"there is no metric {name!r}", fix=nearest(name, known))
    return known[name]


def ordered(connection: DuckDBPyConnection, models: dict[str, Model]) -> list[Model]:
    """Return the models so that each comes after those it reads."""
    graph = {name: references(connection, model.sql) & models.keys() - {name} for name, model in models.items()}
    try:
        return [models[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as problem:
        raise UsageError(f"models read each other in a circle: {' -> '.join(problem.args[1])}") from None


def references(connection: DuckDBPyConnection, sql: str) -> set[str]:
    """Return the `schema.table` names a SELECT reads, without binding it."""
    row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    tree = json.loads(row[0] if row else "{}")
    if tree.get("error"):
        raise UsageError(f"not a SELECT: {tree.get('error_message')}")
    return {f"{node['schema_name']}.{node['table_name']}" for node in _base_tables(tree) if node["schema_name"]}


def _base_tables(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            yield node
        for value in node.values():
            yield from _base_tables(value)
    elif isinstance(node, list):
        for value in node:
            yield from _base_tables(value)


def _read_folder(folder: str) -> Iterator[Model]:
    kind: type[MetricContract] | type[TableContract] = MetricContract if folder == "metric" else TableContract
    for path in sorted((HOME / folder).glob("*.sql")):
        contract_path = path.with_suffix(".yaml")
        if not contract_path.exists():
            raise UsageError(f"{path.name} has no contract", fix=f"Write {contract_path.name} beside it.")
        document = load(contract_path)
        contract: MetricContract | TableContract = build(kind, document.value or {}, document.where)
        named = contract.metric if isinstance(contract, MetricContract) else contract.table
        if named not in (path.stem, f"{folder}.{path.stem}"):
            raise UsageError(
                "name differs from the file's", where=document.where("table"), found=named, expected=path.stem
            )
        if not contract.examples and contract.kind == "table":
            raise UsageError("no worked example", where=document.where(""), fix="Add `examples:`; they are the test.")
        sql = path.read_text(encoding="utf-8")
        variants = contract.variants if isinstance(contract, MetricContract) else {}
        if len(variants) > 1:
            raise UsageError("more than one parameter", where=document.where("variants"), found=", ".join(variants))
        if not variants:
            yield Model(folder, path.stem, sql, contract)
        for parameter, values in variants.items():
            for value in values:
                one = cast("MetricContract", contract).variant(parameter, value)
                yield Model(folder, one.metric, sql, one, {parameter: value})
