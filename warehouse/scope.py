"""The attached database `scope`: the tables models read, cut to what a set of touched interactions or days needs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError
from schemas.tables import all_tables
from warehouse import touched
from warehouse.build import macros
from warehouse.connect import SCHEMAS
from warehouse.models import Model, all_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

# Local dates by which marts put rows to days.
DATES = {"completed_on", "contact_on", "started_on", "entered_on"}


@contextmanager
def scoped(connection: DuckDBPyConnection, name: str, reads: set[str]) -> Iterator[None]:
    """Let the tables in `reads` hold, inside, only what belongs to the interactions of a set."""
    scope = Scope(connection, all_models(), name, name)
    for one in sorted(reads):
        scope.offer(one)
    with scope.inside():
        yield


class Scope:
    """The database `scope`: the tables models read, cut to what a set of interactions needs."""

    def __init__(self, connection: DuckDBPyConnection, models: dict[str, Model], context: str, replaced: str) -> None:
        self.connection = connection
        self.models = models
        self.work = str((connection.execute("SELECT current_database()").fetchone() or ("",))[0])
        self.made = set[str]()
        for schema in SCHEMAS:
            connection.execute(f"DROP SCHEMA IF EXISTS scope.{schema} CASCADE")
            connection.execute(f"CREATE SCHEMA scope.{schema}")
        for kind, name in (("context", context), ("replaced", replaced)):
            ids = f"SELECT id FROM stage.touched WHERE set_name = '{name}'"
            connection.execute(f"CREATE OR REPLACE TABLE stage.{kind}_interaction AS {ids}")
            connection.execute(
                f"CREATE OR REPLACE TABLE stage.{kind}_leg AS SELECT leg_id AS id FROM ({touched.legs_of(name)})"
            )
        connection.execute(
            "CREATE OR REPLACE TABLE stage.context_message AS SELECT message_id AS id FROM core.thread_message "
            "WHERE thread_id IN (SELECT id FROM stage.context_interaction)"
        )
        with self.inside():
            macros(connection)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let names without a database mean those of the scope."""
        self.connection.execute("USE scope")
        try:
            yield
        finally:
            self.connection.execute(f"USE {self.work}")

    def replace(self, model: Model, reads: set[str], params: dict[str, Any]) -> int:
        """Recompute a model's rows of the replaced set. Returns their number."""
        for name in reads:
            self.offer(name)
        used = {name: value for name, value in (params | model.params).items() if f"${name}" in model.sql}
        with self.inside():
            self.connection.execute(f"CREATE OR REPLACE TABLE stage.recomputed AS {model.sql}", used)
        column = column_of(self.models, model.full_name)
        if column is None or model.contract.recompute is None:
            raise UsageError(f"{model.full_name} says no column to recompute it by")
        where = f"({column} IS NULL OR {column} IN (SELECT id FROM stage.replaced_{model.contract.recompute.by}))"
        self._note_difference(model, where)
        self.connection.execute(f"DELETE FROM {model.full_name} WHERE {where}")
        self.connection.execute(f"INSERT INTO {model.full_name} SELECT * FROM stage.recomputed WHERE {where}")
        row = self.connection.execute(f"SELECT count(*) FROM stage.recomputed WHERE {where}").fetchone()
        return int(row[0]) if row else 0

    def _note_difference(self, model: Model, where: str) -> None:
        """Add the interactions whose figures come out otherwise to the set `moved`, and the days of rows that do."""
        old, new = (f"SELECT * FROM {name} WHERE {where}" for name in (model.full_name, "stage.recomputed"))
        difference = f"(({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old}))"
        if model.schema == "metric":
            ids = f"SELECT entity_id FROM {difference}"
            if model.contract.recompute and model.contract.recompute.by == "leg":
                ids = f"SELECT interaction_id FROM core.leg WHERE leg_id IN ({ids})"
            touched.add(self.connection, "moved", ids)
        columns = {name for (name, *_) in self.connection.execute("DESCRIBE stage.recomputed").fetchall()}
        touched.add_dates(self.connection, difference, sorted(columns & DATES))

    def offer(self, name: str) -> None:
        """Put a table into the scope: cut to the context where it is read by interaction, whole otherwise."""
        if name in self.made:
            return
        self.made.add(name)
        there = f"{self.work}.{name}"
        column = column_of(self.models, name)
        if column is None:
            self.connection.execute(f"CREATE VIEW scope.{name} AS SELECT * FROM {there}")
            return
        kept = f"{column} IS NULL OR {column} IN (SELECT id FROM stage.context_{_by(self.models, name)})"
        self.connection.execute(f"CREATE TABLE scope.{name} AS SELECT * FROM {there} WHERE {kept}")


def _by(models: dict[str, Model], name: str) -> str:
    recompute = models[name].contract.recompute if name in models else None
    return recompute.by if recompute else "interaction"


def column_of(models: dict[str, Model], name: str) -> str | None:
    """Return the column that puts the rows of a table to an interaction, leg or message; None where there is none."""
    if name in models:
        recompute = models[name].contract.recompute
        return recompute.key if recompute and recompute.by in ("interaction", "leg", "message") else None
    declared = {one.full_name: one for one in all_tables().values()}.get(name)
    known = {column.name for column in declared.own} if declared else set[str]()
    return "interaction_id" if "interaction_id" in known else None
