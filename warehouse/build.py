"""Build the derived tables: SQL macros, then every model of the given folders in dependency order.

A build is a function of the history tables and the parameters: same rows and same date in, same rows out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.tables import all_tables
from warehouse.models import HOME, MetricContract, Model, all_models, described, metrics, ordered, references

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection


def build(
    connection: DuckDBPyConnection,
    folders: tuple[str, ...],
    *,
    business_date: date,
    site_timezone: str,
    needed: set[str] | None = None,
) -> dict[str, int]:
    """Build all models of `folders` ("core", "metric", "mart", "main"). Returns rows by table (views left out).

    With `needed` only those models and what they are made from. SQL files may use `$business_date`, `$site_timezone`
    and the parameter of their own variants, and no clock.
    """
    params = {"business_date": business_date, "site_timezone": site_timezone}
    models = {name: model for name, model in all_models().items() if model.schema in folders}
    macros(connection)
    if "core" in folders:
        current_views(connection, taken=set(models))
        as_published(connection)
    rows: dict[str, int] = {}
    wanted = models.keys() if needed is None else _ancestors(connection, models, needed)
    for model in ordered(connection, models):
        if model.full_name in wanted:
            count = create(connection, model, params)
            rows |= {model.full_name: count} if count is not None else {}
    if "metric" in folders and needed is None:
        metric_views(connection)
    return rows


def _ancestors(connection: DuckDBPyConnection, models: dict[str, Model], needed: set[str]) -> set[str]:
    """Return the needed models and all models they are made from."""
    wanted, todo = set[str](), [name for name in needed if name in models]
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += [other for other in references(connection, models[name].sql) if other in models]
    return wanted


def create(connection: DuckDBPyConnection, model: Model, params: dict[str, Any]) -> int | None:
    """Create one model's table or view, with comments. Returns its rows, None for a view."""
    kind = model.contract.kind.upper()
    used = {name: value for name, value in (params | model.params).items() if f"${name}" in model.sql}
    _drop_other_kind(connection, model, kind)
    connection.execute(f"CREATE OR REPLACE {kind} {model.full_name} AS {model.sql}", used)
    columns = described(model.contract) or _declared_comments(model.name)
    _comment(connection, kind, model.full_name, model.sentence, columns)
    if kind == "VIEW":
        return None
    return int((connection.execute(f"SELECT count(*) FROM {model.full_name}").fetchone() or (0,))[0])


def macros(connection: DuckDBPyConnection) -> None:
    """Create the SQL macros of warehouse/functions."""
    for path in sorted((HOME / "functions").glob("*.sql")):
        connection.execute(path.read_text(encoding="utf-8").split("-- Tests", 1)[0])


def current_views(connection: DuckDBPyConnection, taken: set[str]) -> None:
    """Create `<schema>.<table>` for versioned tables: the current versions. A model of that name takes its place."""
    for declared in all_tables().values():
        if not declared.versioned or declared.full_name in taken:
            continue
        comments = _declared_comments(declared.name)
        connection.execute(
            f"CREATE OR REPLACE VIEW {declared.full_name} AS SELECT {', '.join(comments)} FROM {declared.home} "
            "WHERE superseded_seq IS NULL"
        )
        _comment(connection, "VIEW", declared.full_name, declared.grain, comments)


def as_published(connection: DuckDBPyConnection) -> None:
    """Create `<schema>.<table>_as_published(run)` for versioned tables: what that run knew, in the current columns."""
    for declared in all_tables().values():
        if declared.versioned:
            columns = ", ".join(column.name for column in declared.stored if column.name != "superseded_seq")
            connection.execute(
                f"CREATE OR REPLACE MACRO {declared.full_name}_as_published(run) AS TABLE SELECT {columns} "
                f"FROM {declared.home} WHERE run_seq <= run AND (superseded_seq IS NULL OR superseded_seq > run)"
            )


def metric_views(connection: DuckDBPyConnection) -> None:
    """Create metric.value (all metrics, long) and metric.attributed (each value put to its agent and day)."""
    known = metrics()
    values = " UNION ALL ".join(
        f"SELECT '{name}' AS metric, '{contract.grain}' AS grain, entity_id, value::DOUBLE AS value, state "
        f"FROM metric.{name}"
        for name, contract in known.items()
    )
    connection.execute(f"CREATE OR REPLACE VIEW metric.value AS {values}")
    attributed = " UNION ALL ".join(_attributed(name, contract) for name, contract in known.items())
    connection.execute(f"CREATE OR REPLACE VIEW metric.attributed AS {attributed}")
    columns = {
        "metric": "Name of the metric, = name of its file.",
        "grain": "leg or interaction.",
        "entity_id": "The leg or interaction.",
        "value": "The value, in the metric's unit; NULL unless counted.",
        "state": "counted, excluded, unknown or immature.",
    }
    _comment(connection, "VIEW", "metric.value", "Every metric's value for every leg or interaction.", columns)
    columns |= {
        "agent_id": "The agent the value is put to.",
        "business_date": "The local day it is put to.",
        "queue": "Queue of the leg or interaction.",
        "channel": "Channel.",
    }
    sentence = "Every metric's value with the agent and the day it is put to, as the metric's contract says."
    _comment(connection, "VIEW", "metric.attributed", sentence, columns)


def _attributed(name: str, contract: MetricContract) -> str:
    return (
        f"SELECT '{name}' AS metric, '{contract.grain}' AS grain, m.entity_id, c.{contract.agent} AS agent_id, "
        f"c.{contract.bucket} AS business_date, c.queue, c.channel, m.value::DOUBLE AS value, m.state "
        f"FROM metric.{name} AS m JOIN core.{contract.grain}_context AS c ON c.{contract.grain}_id = m.entity_id"
    )


def _declared_comments(name: str) -> dict[str, str]:
    return {column.name: column.comment for column in all_tables()[name].stored if column.name != "superseded_seq"}


def _drop_other_kind(connection: DuckDBPyConnection, model: Model, kind: str) -> None:
    """A model that changed from table to view, or back, cannot simply be replaced."""
    query = "SELECT table_type FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
    query += " AND table_catalog = current_database()"
    row = connection.execute(query, [model.schema, model.name]).fetchone()
    if row and ("VIEW" in row[0]) != (kind == "VIEW"):
        connection.execute(f"DROP {'VIEW' if 'VIEW' in row[0] else 'TABLE'} {model.full_name}")


def _comment(connection: DuckDBPyConnection, kind: str, name: str, sentence: str, columns: dict[str, str]) -> None:
    connection.execute(f"COMMENT ON {kind} {name} IS {_quote(sentence)}")
    made = {column for (column, *_) in connection.execute(f"DESCRIBE {name}").fetchall()}
    for column, text in columns.items():
        if column in made:  # a contract taken over from another model may describe more
            connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {_quote(text)}")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
