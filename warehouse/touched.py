"""Which interactions a night touches: those whose facts changed, and those whose figures hang on others that did.

The sets live in `stage.touched` (set_name, id) and `stage.touched_leg` (leg_id, interaction_id), where legs that are no
longer there are kept too. Sets:

- own       facts of the interaction itself arrived, were replaced or went
- peers     a leg of the interaction was worked on at the same time as a leg of `own`, by the same agent
- near      own, the same customers' other interactions, and those whose window ended since the last build
- context   what figures of `near` are made from: near, and the other interactions of its customers
- moved     some figure of the interaction is another than it was
- days      all interactions of the contact days of what changed
- shown     own, and those with another score
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.tables import core_tables
from warehouse.models import Model, metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from schemas.table import Table

# No leg is longer than three days (core.leg_interval): work that begins later than this before a leg cannot reach it
# but through other legs in between.
_FAR_MS = 10 * 86_400_000
_LEG_MS = 3 * 86_400_000


def begin(connection: DuckDBPyConnection) -> None:
    """Make the empty sets."""
    connection.execute("CREATE OR REPLACE TABLE stage.touched (set_name VARCHAR, id VARCHAR)")
    connection.execute("CREATE OR REPLACE TABLE stage.touched_leg (leg_id VARCHAR, interaction_id VARCHAR)")
    connection.execute("CREATE OR REPLACE TABLE stage.touched_date (day DATE)")
    connection.execute("CREATE OR REPLACE TABLE stage.old_interval (agent_id VARCHAR, from_ms BIGINT, until_ms BIGINT)")


def count(connection: DuckDBPyConnection, name: str) -> int:
    """Return the size of a set."""
    query = "SELECT count(*) FROM stage.touched WHERE set_name = ?"
    return int((connection.execute(query, [name]).fetchone() or (0,))[0])


def add(connection: DuckDBPyConnection, name: str, query: str) -> None:
    """Add the ids a one-column SELECT yields to a set; NULL is no id."""
    connection.execute(
        f"INSERT INTO stage.touched SELECT DISTINCT '{name}', id FROM ({query}) AS found(id) WHERE id IS NOT NULL "
        f"AND id NOT IN (SELECT id FROM stage.touched WHERE set_name = '{name}')"
    )


def add_dates(connection: DuckDBPyConnection, relation: str, columns: Iterable[str]) -> None:
    """Add the dates in some columns of a relation to the touched days."""
    for column in columns:
        connection.execute(f"INSERT INTO stage.touched_date SELECT DISTINCT {column} FROM {relation} AS found")


def changed_tables(connection: DuckDBPyConnection, since: int) -> list[Table]:
    """Return the tables filled from files that have rows newer than run `since`, or replaced after it."""
    query = "SELECT EXISTS (SELECT 1 FROM {} WHERE " + _changed(since) + ")"
    return [
        declared
        for declared in core_tables().values()
        if connection.execute(query.format(declared.home)).fetchone() == (True,)
    ]


def add_loaded(connection: DuckDBPyConnection, tables: list[Table], since: int) -> None:
    """Add to `own` what the changed rows of loaded tables name."""
    for declared in tables:
        names = {column.name for column in declared.own}
        changed = f"SELECT * FROM {declared.home} WHERE {_changed(since)}"
        if "interaction_id" in names:
            add(connection, "own", f"SELECT interaction_id FROM ({changed})")
        if "leg_id" in names:
            add(
                connection, "own", f"SELECT l.interaction_id FROM history.leg AS l SEMI JOIN ({changed}) USING (leg_id)"
            )
            add(connection, "own", f"SELECT l.interaction_id FROM core.leg AS l SEMI JOIN ({changed}) USING (leg_id)")
        if declared.name == "agent":
            add(connection, "own", f"SELECT interaction_id FROM core.leg SEMI JOIN ({changed}) USING (agent_id)")
        if declared.name == "message":
            query = f"SELECT thread_id FROM core.thread_message SEMI JOIN ({changed}) USING (message_id)"
            add(connection, "own", query)


def add_difference(connection: DuckDBPyConnection, model: Model, new: str) -> bool:
    """Add to `own` the interactions whose rows differ between a model's table and `new`. Returns whether any row does.

    Both tables are compared as a whole; rows that stand several times count.
    """
    old, recompute = model.full_name, model.contract.recompute
    key = recompute.key if recompute and recompute.by == "interaction" else None
    columns = [name for (name, *_) in connection.execute(f"DESCRIBE {old}").fetchall()]
    gone = f"SELECT * FROM {old} EXCEPT ALL SELECT * FROM {new}"
    come = f"SELECT * FROM {new} EXCEPT ALL SELECT * FROM {old}"
    if key is None:
        query = f"SELECT EXISTS (({gone}) UNION ALL ({come}))"
        return connection.execute(query).fetchone() == (True,)
    legs = "leg_id" if "leg_id" in columns else "NULL::VARCHAR"
    connection.execute(
        f"CREATE OR REPLACE TABLE stage.difference AS SELECT {key} AS id, {legs} AS leg_id FROM ({gone}) "
        f"UNION ALL SELECT {key}, {legs} FROM ({come})"
    )
    add(connection, "own", "SELECT id FROM stage.difference")
    connection.execute("INSERT INTO stage.touched_leg SELECT leg_id, id FROM stage.difference WHERE leg_id IS NOT NULL")
    return connection.execute("SELECT EXISTS (SELECT 1 FROM stage.difference)").fetchone() == (True,)


def close(connection: DuckDBPyConnection, models: list[Model]) -> None:
    """Compute `near` and `context` from `own`, before any table that follows was touched: they still tell the past."""
    connection.execute(
        "INSERT INTO stage.old_interval SELECT agent_id, from_ms, until_ms FROM core.leg_interval "
        f"WHERE leg_id IN ({legs_of('own')})"
    )
    add(connection, "near", "SELECT id FROM stage.touched WHERE set_name = 'own'")
    for model in models:
        add(connection, "near", _ripe(model))
    _add_customers(connection, "near", "own")
    add(connection, "context", "SELECT id FROM stage.touched WHERE set_name = 'near'")
    _add_customers(connection, "context", "near")


def add_peers(connection: DuckDBPyConnection) -> None:
    """Compute `peers` once core.leg_interval is up to date: what hangs together with a leg of `own`, then or now."""
    spans = (
        "SELECT agent_id, from_ms, until_ms, NULL::VARCHAR AS leg_id FROM stage.old_interval "
        "UNION ALL SELECT agent_id, from_ms, until_ms, leg_id FROM core.leg_interval "
        f"WHERE leg_id IN ({legs_of('own')})"
    )
    connection.execute(f"CREATE OR REPLACE TABLE stage.own_interval AS {spans}")
    add(connection, "peers", "SELECT id FROM stage.touched WHERE set_name = 'own'")
    row = connection.execute("SELECT min(from_ms), max(until_ms) FROM stage.own_interval").fetchone()
    if row is None or row[0] is None:
        return
    low, high = row[0] - _FAR_MS, row[1] + _FAR_MS
    if not _islands(connection, f"from_ms BETWEEN {low} AND {high}", low + _LEG_MS, high - _LEG_MS):
        _islands(connection, "true", None, None)
    add(
        connection,
        "peers",
        "SELECT l.interaction_id FROM core.leg AS l JOIN stage.island AS i USING (leg_id) WHERE i.is_touched",
    )


def legs_of(name: str) -> str:
    """Return a SELECT of every leg of a set's interactions, also of those it had before."""
    ids = f"SELECT id FROM stage.touched WHERE set_name = '{name}'"
    return (
        f"SELECT leg_id FROM history.leg WHERE interaction_id IN ({ids}) "
        f"UNION SELECT leg_id FROM core.leg WHERE interaction_id IN ({ids}) "
        f"UNION SELECT leg_id FROM stage.touched_leg WHERE interaction_id IN ({ids})"
    )


def _changed(since: int) -> str:
    return f"(run_seq > {since} OR superseded_seq > {since})"


def _ripe(model: Model) -> str:
    """Return a SELECT of the interactions whose figure was too early to say and perhaps no longer is."""
    immature = f"SELECT entity_id FROM {model.full_name} WHERE state = 'immature'"
    days = model.params.get("window_days")
    if days is not None:
        immature += (
            " AND entity_id IN (SELECT interaction_id FROM core.repeat_contact WHERE observed_after_s > "
            f"{days} * 86400)"
        )
    if metrics()[model.name].grain == "interaction":
        return immature
    return f"SELECT interaction_id FROM core.leg WHERE leg_id IN ({immature})"


def _add_customers(connection: DuckDBPyConnection, name: str, of: str) -> None:
    """Add every interaction of the customers who have, had, or wrote in, one of the set `of`."""
    ids = f"(SELECT id FROM stage.touched WHERE set_name = '{of}')"
    customers = (
        f"SELECT customer_id FROM core.interaction WHERE interaction_id IN {ids} "
        f"UNION SELECT customer_id FROM core.contact_gap WHERE interaction_id IN {ids} "
        f"UNION SELECT customer_id FROM history.interaction WHERE interaction_id IN {ids} "
        "UNION SELECT m.customer_id FROM core.message AS m JOIN core.thread_message AS t USING (message_id) "
        f"WHERE t.thread_id IN {ids} "
        "UNION SELECT m.customer_id FROM history.message AS m JOIN core.thread_message AS t USING (message_id) "
        f"WHERE t.thread_id IN {ids}"
    )
    connection.execute(f"CREATE OR REPLACE TABLE stage.customer AS {customers}")
    add(connection, name, "SELECT interaction_id FROM core.interaction SEMI JOIN stage.customer USING (customer_id)")
    add(
        connection,
        name,
        "SELECT t.thread_id FROM core.thread_message AS t JOIN core.message AS m USING (message_id) "
        "SEMI JOIN stage.customer AS c ON c.customer_id = m.customer_id",
    )


def _islands(connection: DuckDBPyConnection, where: str, low: int | None, high: int | None) -> bool:
    """Make stage.island of the touched agents' legs. Returns False when one might reach beyond the limits."""
    connection.execute(
        "CREATE OR REPLACE TABLE stage.island AS WITH span AS ("
        "SELECT agent_id, leg_id, from_ms, until_ms, false AS is_own FROM core.leg_interval "
        f"SEMI JOIN stage.own_interval USING (agent_id) WHERE {where} "
        "UNION ALL SELECT agent_id, leg_id, from_ms, until_ms, true FROM stage.own_interval), "
        "begun AS (SELECT *, coalesce(max(until_ms) OVER (PARTITION BY agent_id ORDER BY from_ms, until_ms "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) < from_ms, true) AS is_first FROM span), "
        "placed AS (SELECT *, count(*) FILTER (is_first) OVER (PARTITION BY agent_id ORDER BY from_ms, until_ms, "
        "is_first DESC ROWS UNBOUNDED PRECEDING) AS work_no FROM begun) "
        "SELECT leg_id, bool_or(is_own) OVER work AS is_touched, min(from_ms) OVER work AS from_ms, "
        "max(until_ms) OVER work AS until_ms FROM placed WINDOW work AS (PARTITION BY agent_id, work_no)"
    )
    if low is None:
        return True
    query = "SELECT count(*) FROM stage.island WHERE is_touched AND (from_ms < ? OR until_ms > ?)"
    return connection.execute(query, [low, high]).fetchone() == (0,)
