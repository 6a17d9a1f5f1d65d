"""DuckDB as a data source of Great Expectations, on the database the night has open.

Great Expectations has no DuckDB data source, and reads a result after the connection went back to its pool, where
DuckDB drops what was not fetched. So: a data source of our own, an engine that fetches at once, and the two metrics
that its SQL dialects lack for DuckDB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import duckdb_engine
import sqlalchemy as sa
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.datasource.fluent.sql_datasource import QueryAsset, SQLDatasource, TableAsset
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from schemas.table import DUCKDB
from schemas.tables import table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STAGE = "stage"


class StageColumns:
    """Answers what columns a stage table has from its declaration: reflection knows other databases' catalogs only."""

    def __init__(self, dialect: sa.Dialect) -> None:
        """Keep the dialect, which Great Expectations asks for."""
        self.dialect = dialect

    def get_columns(self, table_name: str, **_: Any) -> list[dict[str, Any]]:
        """Return name and type of the declared columns."""
        return [{"name": column.name, "type": DUCKDB[column.type]} for column in table(table_name).columns]

    def get_pk_constraint(self, **_: Any) -> dict[str, Any]:
        """Return no columns: stage tables have no primary key."""
        return {"constrained_columns": []}


class StageExecutionEngine(SqlAlchemyExecutionEngine):
    """Runs metrics as SQL in DuckDB."""

    def execute_query(self, query: Any) -> Any:
        """Run a query and fetch its result before the connection is given back."""
        with self.get_connection() as connection:
            return connection.execute(query).freeze()()

    def get_inspector(self) -> Any:
        """Return what knows the columns of stage tables."""
        return StageColumns(self.engine.dialect)


class StageDatasource(SQLDatasource):
    """The stage tables of one night. `attach` must be called before it is used."""

    asset_types: ClassVar[list[type[Any]]] = [TableAsset, QueryAsset]
    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    _stage_engine: Any = PrivateAttr(None)

    @property
    def schema_(self) -> str:
        """Return where tables are looked up: the attached database of that name."""
        return STAGE

    def attach(self, connection: DuckDBPyConnection) -> StageDatasource:
        """Use the database of `connection`, through a cursor: its transactions stay apart from the night's."""
        engine = sa.create_engine(
            "duckdb://",
            creator=lambda: duckdb_engine.ConnectionWrapper(connection.cursor()),
            poolclass=sa.pool.StaticPool,
        )
        self._stage_engine = StageExecutionEngine(engine=engine, create_temp_table=False)
        return self

    def detach(self) -> None:
        """Close the cursor: a database with an open one stays open."""
        self._stage_engine.close()

    def get_engine(self) -> Any:
        """Return the SQLAlchemy engine."""
        return self._stage_engine.engine

    def get_execution_engine(self) -> Any:
        """Return the engine that computes metrics."""
        return self._stage_engine

    def test_connection(self, test_assets: bool = True) -> None:
        """Do nothing: the connection is open, and that is not ours to try."""


class MatchesRegex(ColumnMapMetricProvider):
    """`column_values.match_regex` as DuckDB (RE2) matches: the same engine as in the quarantine pass."""

    condition_metric_name = "column_values.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=StageExecutionEngine)
    def _sqlalchemy(cls, column: Any, regex: str, **_: Any) -> Any:  # noqa: N805
        return sa.func.regexp_matches(column, sa.literal(regex))


class IsFinite(ColumnMapMetricProvider):
    """`column_values.finite`: neither an infinity nor NaN."""

    condition_metric_name = "column_values.finite"
    condition_value_keys = ()

    @column_condition_partial(engine=StageExecutionEngine)
    def _sqlalchemy(cls, column: Any, **_: Any) -> Any:  # noqa: N805
        return sa.func.isfinite(column)


class BrokenRows(TableMetricProvider):
    """`stage.broken_rows`: how many rows the query of a row rule finds."""

    metric_name = "stage.broken_rows"
    value_keys = ("query",)

    @metric_value(engine=StageExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: StageExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> int:
        query = sa.text(f"SELECT count(*) FROM (\n{metric_value_kwargs['query']}\n)")
        return int(execution_engine.execute_query(query).scalar())
