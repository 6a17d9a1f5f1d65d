"""Runs models one after the other on rows given as dicts; a database is made once and emptied for every other case."""

from __future__ import annotations

from datetime import date
from functools import cache

import duckdb
from model_kit import fill

from warehouse import build
from warehouse.models import Example, all_models, references


def made(given, *names, business_date=date(2026, 3, 31)):
    """Return a connection with the given rows and the tables of these models, made in this order."""
    connection, read = empty(names)
    for table in read:
        connection.execute(f"DELETE FROM {table}")
    for table, rows in given.items():
        columns = sorted({name for row in rows for name in row})
        marks = ", ".join("(" + ", ".join("?" for _ in columns) + ")" for _ in rows)
        values = [row.get(name) for row in rows for name in columns]
        connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}", values)
    for name in names:
        params = {"business_date": business_date, "site_timezone": "Europe/Berlin"}
        model = all_models()[name]
        used = {key: value for key, value in (params | model.params).items() if f"${key}" in model.sql}
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS {model.sql}", used)
    return connection


@cache
def empty(names):
    """Return a connection with every table these models read and do not make, and the names of those."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    build.macros(connection)
    models = [all_models()[name] for name in names]
    read = set().union(*(references(connection, model.sql) for model in models)) - set(names)
    fill(connection, models[0], Example("empty", {table: () for table in read}, ()))
    for schema in {name.partition(".")[0] for name in names}:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return connection, sorted(read)
