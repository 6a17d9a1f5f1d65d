from __future__ import annotations

import duckdb
import pytest

from schemas.table import Column
from schemas.tables import all_tables


@pytest.mark.parametrize("table", all_tables().values(), ids=lambda table: table.name)
def test_a_declaration_gives_a_table_arrow_fills_without_a_cast(table):
    connection = duckdb.connect()
    for schema in {"history", table.schema}:
        connection.execute(f"CREATE SCHEMA {schema}")
    connection.execute(table.ddl())
    for comment in table.comments():
        connection.execute(comment)
    empty = table.arrow().empty_table()
    connection.register("empty", empty)
    connection.execute(f"INSERT INTO {table.home} BY NAME SELECT * FROM empty")
    described = connection.execute("SELECT count(*) FROM duckdb_columns() WHERE comment IS NOT NULL").fetchone()
    assert described == (len(table.stored),)


@pytest.mark.parametrize("table", all_tables().values(), ids=lambda table: table.name)
def test_key_and_unit_are_columns_and_the_file_has_the_tables_name(table):
    names = [column.name for column in table.stored]
    assert set(table.key) | set(table.version_unit) <= set(names)
    assert len(names) == len(set(names))
    assert all_tables()[table.name] is table


def test_units_are_named_in_seconds_columns_and_nowhere_forgotten():
    for table in all_tables().values():
        for column in table.stored:
            # What is computed may be a mean; what comes from files is exact.
            exact = {"seconds"} if table.from_files else {"seconds", "float"}
            assert (column.type in exact) >= column.name.endswith("_s"), f"{table.name}.{column.name}"
            assert column.name.endswith("_s") or column.type != "seconds" or not table.from_files, column.name
            if column.name.endswith(("_s", "_ms", "_min")) and column.type != "float":
                assert column.unit, f"{table.name}.{column.name}"


def test_a_comment_carries_unit_and_allowed_values():
    column = Column("x", "text", "What.", unit="s", allowed=("a", "b"))
    assert column.comment == "What. Unit: s. One of: a, b."
