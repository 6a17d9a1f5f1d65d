"""A small warehouse in a temporary folder, filled from plain dicts."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

from schemas.tables import core_tables, table
from warehouse import connect, merge, stage


@contextmanager
def work(path):
    with connect.open_work(path / "work.duckdb", temp=path / "tmp", memory_mb=500, threads=2) as connection:
        yield connection


def put(connection, name, rows):
    """Stage rows given as dicts; absent columns are NULL."""
    columns = {column.name: column for column in table(name).columns}
    for row in rows:
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        assert set(row) <= set(columns)
        connection.execute(f"INSERT INTO stage.{name} ({names}) VALUES ({marks})", list(row.values()))


def deliver(connection, run_seq, files):
    """One night: files as {file_id: {table: rows}}, in this order. Returns {table: Merged} and the fresh records."""
    stage.create(connection)
    connection.execute("CREATE OR REPLACE TABLE stage.file_order (file_id VARCHAR, file_seq BIGINT)")
    for number, (file_id, tables) in enumerate(files.items(), start=1):
        connection.execute("INSERT INTO stage.file_order VALUES (?, ?)", [file_id, number])
        for name, rows in tables.items():
            put(connection, name, [{"file_id": file_id, "record_no": at, **row} for at, row in enumerate(rows, 1)])
    connection.execute("CREATE OR REPLACE TEMP TABLE fresh (file_id VARCHAR, record_no BIGINT)")
    connection.begin()
    merged = {name: merge.merge(connection, declared, run_seq) for name, declared in core_tables().items()}
    connection.commit()
    return merged, set(connection.execute("SELECT DISTINCT * FROM fresh").fetchall())


def at(hour, minute=0, day=2):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)
