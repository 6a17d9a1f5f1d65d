"""The only place that opens a DuckDB file.

The night's connection has in-memory databases attached as `stage` and `scope`; external access is off and the
configuration is locked before any data or user SQL is seen. Readers get the published file read-only.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from schemas.errors import WarehouseError
from schemas.table import DUCKDB
from schemas.tables import all_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemas.table import Table

SCHEMAS = ("core", "history", "metric", "qa", "mart", "ops")
_SAFE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@contextmanager
def open_work(path: Path, *, temp: Path, memory_mb: int, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the work file for writing, with every declared table in place and `stage` attached.

    Raises WarehouseError when the file is locked, damaged or has columns this version does not know.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temp.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = _SAFE | {"temp_directory": str(temp), "memory_limit": f"{memory_mb}MB", "threads": str(threads)}
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.Error as problem:
        raise WarehouseError(f"cannot open {path}: {_first_line(problem)}", fix="See docs/ops.md, Recover.") from None
    with connection:
        path.chmod(0o600)
        for name in ("stage", "scope"):
            connection.execute(f"ATTACH ':memory:' AS {name}")
        for statement in ("SET TimeZone = 'UTC'", "SET enable_external_access = false"):
            connection.execute(statement)
        connection.execute("SET lock_configuration = true")
        prepare(connection)
        yield connection


@contextmanager
def open_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file read-only. Raises WarehouseError when there is none or it cannot be read."""
    if not path.exists():
        raise WarehouseError(f"nothing published yet: {path} does not exist", fix="Run `callqa nightly` first.")
    try:
        connection = duckdb.connect(str(path), read_only=True, config=_SAFE)
    except duckdb.Error as problem:
        raise WarehouseError(f"cannot open {path}: {_first_line(problem)}", fix="See docs/ops.md, Recover.") from None
    with connection:
        _close_off(connection)
        yield connection


@contextmanager
def open_trial(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file read-only, with `stage` and `scope` in memory: to score anew what nobody shall see stored.

    Raises WarehouseError when there is none or it cannot be read.
    """
    if not path.exists():
        raise WarehouseError(f"nothing published yet: {path} does not exist", fix="Run `callqa nightly` first.")
    try:
        connection = duckdb.connect(str(path), read_only=True, config=_SAFE)
    except duckdb.Error as problem:
        raise WarehouseError(f"cannot open {path}: {_first_line(problem)}", fix="See docs/ops.md, Recover.") from None
    with connection:
        for name in ("stage", "scope"):
            connection.execute(f"ATTACH ':memory:' AS {name} (READ_WRITE)")
        _close_off(connection)
        yield connection


@contextmanager
def open_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in memory that reaches no file: for trying patterns and worked examples."""
    with duckdb.connect(config=_SAFE) as connection:
        _close_off(connection)
        yield connection


def _close_off(connection: duckdb.DuckDBPyConnection) -> None:
    """Let nothing the connection runs reach a file or another machine; sessions count time in UTC."""
    for statement in ("SET TimeZone = 'UTC'", "SET enable_external_access = false"):
        connection.execute(statement)
    connection.execute("SET lock_configuration = true")


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create schemas and declared tables that are missing, and add columns declared since the file was made."""
    for schema in SCHEMAS:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in all_tables().values():
        there = _columns(connection, table)
        if not there:
            connection.execute(table.ddl())
        missing = [column for column in table.stored if column.name not in there] if there else []
        for column in missing:
            connection.execute(f"ALTER TABLE {table.home} ADD COLUMN {column.name} {DUCKDB[column.type]}")
        unknown = sorted(there - {column.name for column in table.stored} - {"unit_hash"})
        if unknown:
            raise WarehouseError(
                f"{table.home} has columns this version of callqa does not know: {', '.join(unknown)}",
                fix="The file was written by a newer callqa: upgrade.",
            )
        for comment in table.comments() if missing or not there else ():
            connection.execute(comment)


def _columns(connection: duckdb.DuckDBPyConnection, table: Table) -> set[str]:
    query = "SELECT column_name FROM duckdb_columns() WHERE schema_name || '.' || table_name = ?"
    query += " AND database_name = current_database()"
    return {name for (name,) in connection.execute(query, [table.home]).fetchall()}


def _first_line(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0]


PICKED = ("core.leg_context", "core.turn", "qa.score", "qa.answer")


@contextmanager
def picked(published: duckdb.DuckDBPyConnection, legs: list[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database in memory with what is published of these legs: many questions about a few are quick there."""
    with duckdb.connect(config=_SAFE) as few:
        for name in (*PICKED, "qa.policy"):
            query = f"SELECT * FROM {name}"
            query += "" if name == "qa.policy" else " WHERE leg_id IN (SELECT unnest($legs))"
            rows = published.execute(query, {"legs": legs} if "$legs" in query else None).to_arrow_table()
            few.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
            few.register("rows", rows)
            few.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
            few.unregister("rows")
        _close_off(few)
        yield few
