"""Keep what was published: the figures of every agent's and queue's day, and what each contact brought to them.

A night writes a version only where a figure is another than the last run said. So `mart.agent_figure_as_published(run)`
gives back what stood there then, and `restatements` lists what changed and why. Unlike records from files
(warehouse/merge.py), a figure that returns to an earlier value is a version again: it was published again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.tables import table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from schemas.table import Table

HOME = Path(__file__).parent / "figure"
# The figures of a day, and the parts they are made of. Parts are kept of days whose figures changed: that is all it
# takes to say why, and a night costs what it changes.
KEPT = {"agent_figure": "agent_part", "queue_figure": "queue_part"}


def keep(connection: DuckDBPyConnection, run_seq: int, *, site_timezone: str) -> dict[str, int]:
    """Write the versions that run `run_seq` publishes, in one transaction. Returns new versions by table.

    Expects the marts to be built. A second call within one run changes nothing: a rerun is the same work again.
    """
    params = {"site_timezone": site_timezone}
    counts: dict[str, int] = {}
    connection.begin()
    try:
        for figure, part in KEPT.items():
            figures, parts = table(figure), table(part)
            _compute(connection, figures, params)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE changed AS {_changed(figures)}")
            counts[figure] = _renew(connection, figures, run_seq)
            _compute(connection, parts, params)
            counts[part] = _renew(connection, parts, run_seq, days=figures.key)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return counts


def _compute(connection: DuckDBPyConnection, declared: Table, params: dict[str, str]) -> None:
    """Make the temporary table `known_now` with the own columns of a table."""
    sql = (HOME / f"{declared.name}.sql").read_text(encoding="utf-8")
    used = {name: value for name, value in params.items() if f"${name}" in sql}
    columns = ", ".join(_quoted(column.name) for column in declared.columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE known_now AS SELECT {columns} FROM ({sql})", used)


def _changed(declared: Table) -> str:
    """Return a SELECT of the keys whose row is another than the current version, is new or is gone."""
    own = [column.name for column in declared.columns if column.in_hash]
    differs = " OR ".join(f"n.{_quoted(name)} IS DISTINCT FROM h.{_quoted(name)}" for name in own)
    keys = ", ".join(f"coalesce(n.{name}, h.{name}) AS {name}" for name in declared.key)
    return (
        f"SELECT {keys} FROM known_now AS n FULL JOIN "
        f"(SELECT * FROM {declared.home} WHERE superseded_seq IS NULL) AS h ON {_same(declared.key, 'n', 'h')} "
        f"WHERE {differs}"
    )


def _renew(connection: DuckDBPyConnection, declared: Table, run_seq: int, days: tuple[str, ...] = ()) -> int:
    """Replace the current versions that differ from `known_now`; with `days`, within the days of `changed` only."""
    within = f"SEMI JOIN changed AS c ON {_same(days, 'c', 'h')}" if days else ""
    current = f"SELECT h.* FROM {declared.home} AS h {within} WHERE h.superseded_seq IS NULL"
    names = [column.name for column in declared.columns]
    differs = " OR ".join(
        f"n.{_quoted(c.name)} IS DISTINCT FROM h.{_quoted(c.name)}" for c in declared.columns if c.in_hash
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE renewed AS SELECT {', '.join(f'n.{_quoted(name)}' for name in names)}, "
        f"n.{declared.key[0]} IS NOT NULL AS is_there, {', '.join(f'h.{k} AS old_{k}' for k in declared.key)}, "
        f"h.version AS old_version FROM known_now AS n FULL JOIN ({current}) AS h ON {_same(declared.key, 'n', 'h')} "
        f"WHERE {differs}"
    )
    old = " AND ".join(f"{declared.home}.{key} IS NOT DISTINCT FROM r.old_{key}" for key in declared.key)
    connection.execute(
        f"UPDATE {declared.home} SET superseded_seq = $run_seq FROM renewed AS r "
        f"WHERE r.old_version IS NOT NULL AND {declared.home}.superseded_seq IS NULL AND {old}",
        {"run_seq": run_seq},
    )
    columns = ", ".join(_quoted(name) for name in names)
    # A day that was gone and comes back goes on counting where it stopped.
    last = f"(SELECT max(h.version) FROM {declared.home} AS h WHERE {_same(declared.key, 'h', 'r')})"
    row = connection.execute(
        f"INSERT INTO {declared.home} ({columns}, version, run_seq) SELECT {columns}, "
        f"coalesce(old_version, {last}, 0) + 1, $run_seq FROM renewed AS r WHERE is_there",
        {"run_seq": run_seq},
    ).fetchone()
    return int(row[0]) if row else 0


def _same(names: tuple[str, ...], left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name} IS NOT DISTINCT FROM {right}.{name}" for name in names)


def _quoted(name: str) -> str:
    return f'"{name}"'
