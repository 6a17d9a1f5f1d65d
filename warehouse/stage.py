"""Stage: what the readers yielded tonight, in the attached in-memory database `stage`, before anything is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.dataset as ds

from schemas.tables import core_tables, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from duckdb import DuckDBPyConnection


def create(connection: DuckDBPyConnection) -> None:
    """Make empty stage tables for every canonical table, and for rejects."""
    for name, declared in (core_tables() | {"reject": table("reject")}).items():
        connection.execute(f"DROP TABLE IF EXISTS stage.{name}")
        connection.execute(declared.ddl(f"stage.{name}", declared.columns))


def fill(connection: DuckDBPyConnection, name: str, files: Iterable[Path]) -> None:
    """Append Arrow IPC files to `stage.<name>`; rows stream through DuckDB, none becomes a Python object."""
    paths = [str(path) for path in files]
    if not paths:
        return
    columns = ", ".join(column.name for column in table(name).columns)
    connection.register("arriving", ds.dataset(paths, format="ipc"))
    connection.execute(f"INSERT INTO stage.{name} SELECT {columns} FROM arriving")
    connection.unregister("arriving")


def drop_files(connection: DuckDBPyConnection, file_ids: Iterable[str]) -> None:
    """Remove every staged row of the given files: a refused file leaves no row behind."""
    ids = list(file_ids)
    for name in (*core_tables(), "reject"):
        connection.execute(f"DELETE FROM stage.{name} WHERE list_contains(?, file_id)", [ids])


def names_with_rows(connection: DuckDBPyConnection) -> list[str]:
    """Return the canonical tables that have staged rows."""
    query = "SELECT EXISTS (SELECT 1 FROM stage.{})"
    return [name for name in core_tables() if connection.execute(query.format(name)).fetchone() == (True,)]
