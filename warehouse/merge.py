"""Versioned merge: staged rows become versions in history.<table>; nothing is ever overwritten.

A *unit* (see schemas.table.Table.unit) is what a version replaces as a whole. Staged instances of a unit are compared
by content hash with every version ever stored: known content is a duplicate, also when it is delivered again years
later. New content becomes the next version. Which version is current does not depend on the order of arrival where the
source stamps its records: the latest `updated_at` wins, equal stamps are decided by content hash. Records without a
stamp lose against stamped ones; among themselves the one that arrived last wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.table import Column, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


# A staged row belongs to an instance: the whole record, or any record of the file when the unit is spread over it.
_ORIGIN = "a.file_id = s.file_id AND (a.instance_no IS NULL OR a.instance_no = s.record_no)"


@dataclass(frozen=True)
class Merged:
    """How many instances of units were staged, and how many of them were new."""

    staged: int
    fresh: int


def merge(connection: DuckDBPyConnection, table: Table, run_seq: int) -> Merged:
    """Merge `stage.<table>` into `history.<table>`, inside the caller's transaction.

    For tables filled from files, the temporary table `fresh` collects the (file_id, record_no) of records that brought
    something new, and `stage.file_order` (file_id, file_seq) gives the order of arrival. Work tables are temporary:
    a transaction may write to one database only, and that is the work file.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE instance AS {_instances(table)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE arrived AS {_arrived(table)}")
    connection.execute(_insert(table), {"run_seq": run_seq})
    connection.execute(_supersede(table), {"run_seq": run_seq})
    if table.from_files:
        connection.execute(
            f"INSERT INTO fresh SELECT DISTINCT s.file_id, s.record_no FROM stage.{table.name} AS s "
            f"JOIN arrived AS a ON {_same(table, 'a', 's')} AND {_ORIGIN}"
        )
    counts = "SELECT (SELECT count(*) FROM instance), (SELECT count(*) FROM arrived)"
    staged, fresh = connection.execute(counts).fetchone() or (0, 0)
    return Merged(staged, fresh)


def retire(connection: DuckDBPyConnection, table: Table, run_seq: int, within: str = "true") -> int:
    """Supersede current units that are no longer staged (a score whose policy no longer applies). Returns how many.

    `within` is a condition on the rows that could have been staged at all.
    """
    query = (
        f"UPDATE {table.home} SET superseded_seq = $run_seq WHERE superseded_seq IS NULL AND {within} AND NOT EXISTS "
        f"(SELECT 1 FROM stage.{table.name} AS s WHERE {_same(table, table.home, 's')})"
    )
    return int((connection.execute(query, {"run_seq": run_seq}).fetchone() or (0,))[0])


def _units(table: Table) -> str:
    return ", ".join(table.version_unit)


def _same(table: Table, left: str, right: str) -> str:
    """Join condition on the unit; NULL equals NULL because a key column may be unknown (agent_state.queue)."""
    return " AND ".join(f"{left}.{name} IS NOT DISTINCT FROM {right}.{name}" for name in table.version_unit)


def _text(column: Column) -> str:
    """Return an unambiguous text of one value: NULL differs from '', and 'a','b' from 'ab'."""
    shapes = {"timestamp": "epoch_us({})::VARCHAR", "texts": "to_json({})::VARCHAR"}
    value = shapes.get(column.type, "{}::VARCHAR").format(column.name)
    return f"coalesce(length({value}) || ':' || {value}, '-')"


def _row_hash(table: Table) -> str:
    hashed = [column for column in table.columns if column.in_hash]
    return "md5_number(" + " || ".join(_text(column) for column in hashed) + ")"


def _key_hash(table: Table) -> str:
    return "md5_number(" + " || ".join(_text(table.column(name)) for name in table.key) + ")"


def _instances(table: Table) -> str:
    """One row per staged instance of a unit: the whole record, or all records of a file where each holds one turn.

    `instance_no` is the record of the instance; NULL when the instance is spread over the file's records.
    """
    units, row_hash = _units(table), _row_hash(table)
    if not table.from_files:
        return (
            f"SELECT {units}, NULL::VARCHAR AS file_id, NULL::BIGINT AS instance_no, 0::BIGINT AS first_record, "
            f"NULL::TIMESTAMPTZ AS updated_at, bit_xor({row_hash}) AS unit_hash "
            f"FROM stage.{table.name} GROUP BY {units}"
        )
    is_whole = table.version_unit == table.key
    records = (
        f"SELECT {units}, file_id, record_no, max(updated_at) AS updated_at, count(*) AS rows_in_record, "
        f"bit_xor({row_hash}) AS unit_hash{'' if is_whole else f', min({_key_hash(table)}) AS key_hash'} "
        f"FROM stage.{table.name} GROUP BY {units}, file_id, record_no"
    )
    if is_whole:
        return (
            "SELECT * EXCLUDE (rows_in_record, record_no), record_no AS instance_no, record_no AS first_record "
            f"FROM ({records})"
        )
    # Turn-per-record files: no record of this unit in this file holds more than one row, and there are several keys.
    # The same key again is no further turn, it is a record of one row that came again.
    spread = f"max(rows_in_record) OVER (PARTITION BY {units}, file_id) = 1"
    spread += f" AND min(key_hash) OVER (PARTITION BY {units}, file_id)"
    spread += f" <> max(key_hash) OVER (PARTITION BY {units}, file_id)"
    return (
        f"WITH records AS (SELECT *, {spread} AS is_spread FROM ({records})) "
        f"SELECT {units}, file_id, record_no AS instance_no, record_no AS first_record, updated_at, unit_hash "
        "FROM records WHERE NOT is_spread UNION ALL BY NAME "
        f"SELECT {units}, file_id, NULL AS instance_no, min(record_no) AS first_record, max(updated_at) AS updated_at, "
        f"bit_xor(unit_hash) AS unit_hash FROM records WHERE is_spread GROUP BY {units}, file_id"
    )


def _arrived(table: Table) -> str:
    """Instances with content never stored before (of computed tables: other than now), numbered as next versions."""
    units = _units(table)
    order = "file_seq, first_record" if table.from_files else "first_record"
    files = "LEFT JOIN stage.file_order USING (file_id)" if table.from_files else ""
    # A record that comes again is an old delivery; a score that is what it was once is what is true now.
    current = "" if table.from_files else " AND h.superseded_seq IS NULL"
    return (
        f"WITH first AS (SELECT i.* FROM instance AS i {files} WHERE NOT EXISTS (SELECT 1 FROM {table.home} AS h "
        f"WHERE {_same(table, 'h', 'i')} AND h.unit_hash = i.unit_hash{current}) "
        f"QUALIFY row_number() OVER (PARTITION BY {units}, unit_hash ORDER BY {order}) = 1), "
        f"stored AS (SELECT {units}, max(version) AS last_version FROM {table.home} AS h WHERE EXISTS "
        f"(SELECT 1 FROM first AS f WHERE {_same(table, 'h', 'f')}) GROUP BY {units}) "
        f"SELECT f.*, coalesce(s.last_version, 0) + row_number() OVER (PARTITION BY {_prefixed(table, 'f')} "
        f"ORDER BY {order}) AS version FROM first AS f {files} LEFT JOIN stored AS s ON {_same(table, 's', 'f')}"
    )


def _prefixed(table: Table, alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in table.version_unit)


def _insert(table: Table) -> str:
    names = [column.name for column in table.columns]
    values = ", ".join(f"s.{name}" for name in names)
    return (
        f"INSERT INTO {table.home} ({', '.join(names)}, version, run_seq, superseded_seq, unit_hash) "
        f"SELECT {values}, a.version, $run_seq, NULL, a.unit_hash FROM stage.{table.name} AS s "
        f"JOIN arrived AS a ON {_same(table, 'a', 's')}{f' AND {_ORIGIN}' if table.from_files else ''}"
    )


def _supersede(table: Table) -> str:
    """Of the current and the arrived versions of each touched unit, all but the winner are marked as replaced."""
    stamp = "h.updated_at" if table.from_files else "NULL::TIMESTAMPTZ"
    return (
        f"WITH rivals AS (SELECT {_prefixed(table, 'h')}, h.version, max({stamp}) AS stamp, h.unit_hash "
        f"FROM {table.home} AS h WHERE h.superseded_seq IS NULL AND EXISTS "
        f"(SELECT 1 FROM arrived AS a WHERE {_same(table, 'a', 'h')}) GROUP BY ALL), "
        f"losers AS (SELECT * FROM rivals QUALIFY row_number() OVER (PARTITION BY {_units(table)} ORDER BY "
        "stamp DESC NULLS LAST, CASE WHEN stamp IS NULL THEN version END DESC, unit_hash DESC) > 1) "
        f"UPDATE {table.home} AS h SET superseded_seq = $run_seq FROM losers AS l "
        f"WHERE {_same(table, 'h', 'l')} AND h.version = l.version AND h.superseded_seq IS NULL"
    )
