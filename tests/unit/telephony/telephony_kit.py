"""Reads files of a telephone exchange as one or several deliveries and derives interactions and legs from them."""

from __future__ import annotations

from importlib import import_module

import duckdb

from flows.reading.contract import SourceFile
from schemas.errors import Where
from schemas.tables import table
from warehouse.models import all_models

MODELS = {
    "call_record": ("call_record_call", "call_record_leg", "call_record_interaction"),
    "channel_event": ("channel_call", "channel_bridge", "channel_leg", "channel_interaction"),
}
PLACES = {"source", "file_id", "record_no", "byte_start", "byte_end", "updated_at", "version", "run_seq"}


def checked(name, raw):
    """Return a format's settings."""
    return import_module(f"flows.sources.{name}").settings(raw, lambda key: Where("callqa.toml", field=key))


def read(name, path, raw, **known):
    """Return (chunks, rows by table, rejects) of a file."""
    file = SourceFile(path, path.name, path.name, "pbx", "pbx", known.pop("timezone", "Europe/Berlin"), **known)
    chunks = list(import_module(f"flows.sources.{name}").read(file, checked(name, raw)))
    rows, rejects = {}, []
    for chunk in chunks:
        for found, batches in chunk.tables.items():
            rows.setdefault(found, []).extend(batches)
        rejects += chunk.rejects.to_pylist() if chunk.rejects else []
    return chunks, rows, rejects


def derive(deliveries):
    """Return {model: rows} from the rows of several files; a record that comes twice counts once, as in the load."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA core; SET TimeZone = 'UTC'")
    (kind,) = {name for rows in deliveries for name in rows}
    declared = table(kind)
    names = ", ".join(column.name for column in declared.columns)
    connection.execute(declared.ddl(f"core.{kind}_all", declared.columns))
    for rows in deliveries:
        for batch in rows.get(kind, ()):
            connection.register("batch", batch)
            connection.execute(f"INSERT INTO core.{kind}_all ({names}) SELECT {names} FROM batch")
            connection.unregister("batch")
    key = declared.key[0]
    connection.execute(
        f"CREATE TABLE core.{kind} AS SELECT DISTINCT ON ({key}) *, 1::BIGINT AS version, 1::BIGINT AS run_seq "
        f"FROM core.{kind}_all ORDER BY {key}"
    )
    for name in MODELS[kind]:
        connection.execute(f"CREATE TABLE core.{name} AS {all_models()[f'core.{name}'].sql}")
    found = {}
    for name in MODELS[kind]:
        cursor = connection.execute(f"SELECT * FROM core.{name} ORDER BY ALL")
        columns = [column[0] for column in cursor.description]
        found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found


def without_places(rows):
    """Return rows without what says where they came from."""
    return [{key: value for key, value in row.items() if key not in PLACES} for row in rows]
