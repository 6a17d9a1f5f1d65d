"""Runs the worked examples that stand in the contracts of SQL models: they are the models' tests."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import duckdb

from schemas.table import DUCKDB, ORIGIN, VERSION
from schemas.tables import all_tables
from warehouse import build
from warehouse.models import all_models, described, references

PLACE = {column.name: DUCKDB[column.type] for column in ORIGIN + VERSION}
GUESS = {int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", str: "VARCHAR"}


def declared_types() -> dict[str, dict[str, str]]:
    """Column types of the declared tables, by the name people query and by the table that keeps every version."""
    return {
        name: {c.name: DUCKDB[c.type] for c in t.stored} | {"unit_hash": "UHUGEINT"}
        for t in all_tables().values()
        for name in (t.full_name, t.home)
    }


def column_type(table, column, values):
    known = declared_types().get(table, {})
    if column in known:
        return known[column]
    if column in PLACE:
        return PLACE[column]
    if column in ("agent_id", "team"):
        return "VARCHAR"
    if re.search(r"(_on|_date|_start|_from|_to)$", column):
        return "DATE"
    if column.endswith("_at"):
        return "TIMESTAMPTZ"
    if re.search(r"^n$|^n_|_n$|_no$|_ms$|_version$|^turns$|^legs$|^missed$|^agents$", column):
        return "BIGINT"
    if re.search(r"_s$|_rate$|^(total|.*_total|mean|median|p90|coverage|value)$", column):
        return "DOUBLE"
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and float in kinds:
        return "DOUBLE"
    return GUESS[kinds.pop()] if len(kinds) == 1 else "VARCHAR"


def fill(connection, model, example):
    """Make every table the model reads, with the example's rows; columns not given are NULL."""
    wanted = references(connection, model.sql) | set(example.given)
    for name in wanted:
        rows = example.given.get(name, ())
        columns = dict(declared_types().get(name, {}))
        source = all_models().get(name)
        names = set(columns) | (set(described(source.contract)) if source else set()) | {c for row in rows for c in row}
        if name.startswith("metric.") and name.count(".") == 1:
            names |= {"metric", "grain", "entity_id", "value", "state", "agent_id", "business_date", "queue", "channel"}
        types = {c: column_type(name, c, [row.get(c) for row in rows]) for c in sorted(names)}
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}")
        connection.execute(f"CREATE TABLE {name} ({', '.join(f'{c} {t}' for c, t in types.items())})")
        for row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def plain(value):
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").replace("+00:00", "+00")
    return value.isoformat() if isinstance(value, date) else value


def run(model, example):
    """Return (rows found, rows expected); a found row that agrees with an expected one is replaced by it."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    build.macros(connection)
    fill(connection, model, example)
    params = {"business_date": date(2026, 3, 31), "site_timezone": "Europe/Berlin"} | model.params | example.params
    params = {name: value for name, value in params.items() if f"${name}" in model.sql}
    result = connection.execute(model.sql, params)
    names = [column[0] for column in result.description]
    found = [{n: plain(v) for n, v in zip(names, row, strict=True)} for row in result.fetchall()]
    return match(found, list(example.expect))


def match(found, expected):
    """Put each expected row beside a found row that agrees on the columns it names; the rest differs."""
    paired, rest = [], list(found)
    for row in expected:
        twin = next((other for other in rest if all(other.get(n, "absent") == v for n, v in row.items())), None)
        if twin is not None:
            rest.remove(twin)
            paired.append(row)
    left = [row for row in expected if row not in paired]
    return paired + rest, paired + left
