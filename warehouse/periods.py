"""The marts follow: those by period or day for the touched days only, others when something they read changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError
from schemas.tables import all_tables
from warehouse import touched
from warehouse.build import build, create, macros
from warehouse.connect import SCHEMAS
from warehouse.models import Model, all_models, ordered, references
from warehouse.scope import Scope

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection

    from warehouse.incremental import Built
    from warehouse.models import Recompute

FOLDERS = ("mart", "main")
# What has no date belongs to every night.
_KEPT = {
    "period": "period_start IS NULL OR (period, period_start) IN (FROM stage.touched_period)",
    "day": "{column} IS NULL OR {column} IN (SELECT day FROM stage.touched_date)",
}
_NEEDED = {
    "period": "{column} IS NULL OR {column} IN (SELECT day FROM stage.period_date)",
    "day": "{column} IS NULL OR {column} IN (SELECT day FROM stage.touched_date)",
}


def bring_up_to_date(
    connection: DuckDBPyConnection, built: Built, *, run_seq: int, business_date: date, site_timezone: str
) -> dict[str, int]:
    """Make the marts fit the core and metric tables, and the scores of run `run_seq`. Returns rows made, by table."""
    if built.everything:
        return build(connection, FOLDERS, business_date=business_date, site_timezone=site_timezone)
    _add_days(connection, run_seq, site_timezone)
    params = {"business_date": business_date, "site_timezone": site_timezone}
    return _Marts(connection, params, _changed(connection, built, run_seq)).run()


def _changed(connection: DuckDBPyConnection, built: Built, run_seq: int) -> set[str]:
    """Return the tables that may hold other rows than when the marts were last made."""
    changed = built.changed | {t.full_name for t in all_tables().values() if not t.from_files and not t.versioned}
    if any(name.startswith("metric.") for name in built.changed):
        changed |= {"metric.attributed", "metric.value"}
    for declared in all_tables().values():
        if declared.versioned and not declared.from_files:
            recent = f"SELECT 1 FROM {declared.home} WHERE run_seq >= {run_seq} OR superseded_seq >= {run_seq}"
            query = f"SELECT EXISTS ({recent})"
            changed |= {declared.home, declared.full_name} if connection.execute(query).fetchone() == (True,) else set()
    return changed


def _add_days(connection: DuckDBPyConnection, run_seq: int, site_timezone: str) -> None:
    """Complete the touched days, and make the periods they lie in and all days of those."""
    moved = "SELECT id FROM stage.touched WHERE set_name = 'moved'"
    legs = f"(SELECT * FROM core.leg_context WHERE interaction_id IN ({moved}))"
    touched.add_dates(connection, legs, ("completed_on", "contact_on"))
    whole = f"(SELECT * FROM core.interaction_context WHERE interaction_id IN ({moved}))"
    touched.add_dates(connection, whole, ("completed_on", "started_on"))
    scores = f"(SELECT * FROM history.score WHERE run_seq >= {run_seq} OR superseded_seq >= {run_seq})"
    touched.add_dates(connection, scores, ("contact_on",))
    own = "SELECT id FROM stage.touched WHERE set_name = 'own'"
    touched.add(connection, "shown", f"{own} UNION SELECT interaction_id FROM {scores}")
    # Missed legs stand in no context.
    for table in ("core.leg", "history.leg"):
        begun = (
            f"(SELECT timezone('{site_timezone}', coalesce(l.started_at, i.started_at))::DATE AS on_date FROM {table} "
            f"AS l LEFT JOIN core.interaction AS i USING (interaction_id) WHERE l.interaction_id IN ({own}))"
        )
        touched.add_dates(connection, begun, ("on_date",))
    connection.execute(
        "CREATE OR REPLACE TABLE stage.touched_period AS SELECT DISTINCT unnest(['day', 'week', 'month']) AS period, "
        "unnest([day, date_trunc('week', day)::DATE, date_trunc('month', day)::DATE]) AS period_start "
        "FROM stage.touched_date WHERE day IS NOT NULL"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE stage.period_date AS SELECT DISTINCT unnest(generate_series(period_start, CASE period "
        "WHEN 'week' THEN period_start + 6 WHEN 'month' THEN last_day(period_start) ELSE period_start END, "
        "INTERVAL 1 DAY))::DATE AS day FROM stage.touched_period"
    )


class _Marts:
    def __init__(self, connection: DuckDBPyConnection, params: dict[str, Any], changed: set[str]) -> None:
        self.connection = connection
        self.params = params
        self.changed = changed
        self.work = str((connection.execute("SELECT current_database()").fetchone() or ("",))[0])

    def run(self) -> dict[str, int]:
        models = {name: model for name, model in all_models().items() if model.schema in FOLDERS}
        rows = {}
        for model in ordered(self.connection, models):
            reads = references(self.connection, model.sql)
            if not reads & self.changed:
                continue
            self.changed.add(model.full_name)
            recompute = model.contract.recompute
            if model.contract.kind == "view":
                continue
            if recompute is None:
                rows[model.full_name] = create(self.connection, model, self.params) or 0
            elif recompute.by == "interaction":
                scope = Scope(self.connection, all_models(), "shown", "shown")
                rows[model.full_name] = scope.replace(model, reads, self.params)
            else:
                rows[model.full_name] = self._follow(model, recompute, reads)
        return rows

    def _follow(self, model: Model, recompute: Recompute, reads: set[str]) -> int:
        if recompute.by not in _KEPT or not set(recompute.cut) <= reads:
            raise UsageError(
                f"{model.full_name} cannot be recomputed by {recompute.by}", found=", ".join(recompute.cut)
            )
        for schema in SCHEMAS:
            self.connection.execute(f"DROP SCHEMA IF EXISTS scope.{schema} CASCADE")
            self.connection.execute(f"CREATE SCHEMA scope.{schema}")
        for name in reads:
            needed = _NEEDED[recompute.by].format(column=recompute.cut[name]) if name in recompute.cut else "true"
            self.connection.execute(f"CREATE VIEW scope.{name} AS SELECT * FROM {self.work}.{name} WHERE {needed}")
        used = {name: value for name, value in (self.params | model.params).items() if f"${name}" in model.sql}
        self.connection.execute("USE scope")
        try:
            macros(self.connection)
            self.connection.execute(f"CREATE OR REPLACE TABLE stage.recomputed AS {model.sql}", used)
        finally:
            self.connection.execute(f"USE {self.work}")
        kept = _KEPT[recompute.by].format(column=recompute.key)
        self.connection.execute(f"DELETE FROM {model.full_name} WHERE {kept}")
        self.connection.execute(f"INSERT INTO {model.full_name} SELECT * FROM stage.recomputed WHERE {kept}")
        row = self.connection.execute(f"SELECT count(*) FROM stage.recomputed WHERE {kept}").fetchone()
        return int(row[0]) if row else 0
