"""Put the promises of callqa.toml and the calendars they name into plain tables: ops.queue_setting, ops.opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from flows.opening_hours import expand, holiday_problem
from schemas.calendar import load_calendar
from schemas.config import OTHERS, Queue
from schemas.table import ARROW
from schemas.tables import table

if TYPE_CHECKING:
    from datetime import date
    from typing import Any

    from duckdb import DuckDBPyConnection

    from schemas.calendar import Calendar
    from schemas.config import Config


def calendars(config: Config) -> list[Calendar]:
    """Read every calendar that callqa.toml names. Raises CalendarError for one that is missing or wrong."""
    named = {one.calendar for one in settings(config) if one.calendar}
    return [load_calendar(config.calendars, name, holiday_problem) for name in sorted(named)]


def settings(config: Config) -> list[Queue]:
    """Return every queue of callqa.toml with nothing left out, and last one called `OTHERS`."""
    return [queue.filled(config.queue_defaults) for queue in (*config.queues, Queue(OTHERS))]


def fill(connection: DuckDBPyConnection, config: Config, day: date) -> int:
    """Write both tables anew, calendars to the end of the year after `day`. Returns the rows of ops.opening."""
    promises = [
        {
            "queue": one.name if one.name != OTHERS else None,
            "service_level_s": one.service_level_s,
            "short_abandon_s": one.short_abandon_s,
            "respond_within_h": one.respond_within_h,
            "calendar": one.calendar or None,
        }
        for one in settings(config)
    ]
    rows = [
        {"calendar": calendar.name, **opening._asdict()}
        for calendar in calendars(config)
        for opening in expand(calendar, day.year + 1)
    ]
    _replace(connection, "queue_setting", promises)
    _replace(connection, "opening", rows)
    return len(rows)


def _replace(connection: DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    declared = table(name)
    # Seconds are written as numbers in callqa.toml: DuckDB makes them exact, Arrow would refuse to.
    types = {column.name: "float" if column.type == "seconds" else column.type for column in declared.columns}
    schema = pa.schema([pa.field(column, ARROW[kind]) for column, kind in types.items()])
    connection.register("made", pa.Table.from_pylist(rows, schema=schema))
    connection.execute(f"DELETE FROM {declared.full_name}")
    connection.execute(f"INSERT INTO {declared.full_name} SELECT * FROM made")
    connection.unregister("made")
