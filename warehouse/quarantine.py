"""Quarantine: every staged row that breaks a rule is named; records with a grave break are set aside, whole.

    find_broken     one pass per staged table: `stage.broken`, one row per row and rule broken
    refused_files   files with a blocking break, or mostly broken: nothing of them is to be used
    set_aside       the other broken records leave every stage table and go, with their raw text, to `stage.quarantine`

A rule of severity `warn` is counted and changes nothing. `stage.quarantine` also takes what the readers rejected, so
that it holds every record of the night that was not loaded, once.
"""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

import pyarrow as pa

from schemas.rules import ColumnRule, RowRule, quoted, rules
from schemas.tables import core_tables, table
from warehouse.raw_text import MAX_BYTES, raw_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from schemas.table import Table

FOUND_CHARACTERS = 200
INCOMPLETE = "incomplete_unit"
_BATCH = 1000
_BROKEN = (
    "file_id VARCHAR, record_no BIGINT, table_name VARCHAR, rule VARCHAR, severity VARCHAR, field VARCHAR, "
    "found VARCHAR, expected VARCHAR"
)
_QUARANTINE = (
    "source VARCHAR, file_id VARCHAR, record_no BIGINT, byte_start BIGINT, byte_end BIGINT, raw VARCHAR, rules JSON"
)


def broken_rows_sql(table: Table) -> str:
    """Return the query that names every row of `stage.<table>` that breaks a rule, once per rule.

    Columns: file_id, record_no, table_name, rule, severity, field, found (at most 200 characters), expected.
    """
    declared = rules(table)
    columns = [rule for rule in declared if isinstance(rule, ColumnRule)]
    parts = [_broken_columns(table.name, columns)] if columns else []
    parts += [_broken_rows(rule) for rule in declared if isinstance(rule, RowRule)]
    return "\nUNION ALL\n".join(parts)


def find_broken(connection: DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Create `stage.broken` from the staged rows of `tables`, and an empty `stage.quarantine`.

    Where a unit is spread over records, such as a transcript with one turn in each, a broken record takes the unit's
    other records of the file with it (rule `incomplete_unit`): half a transcript would be scored as if it were whole.
    """
    connection.execute(f"CREATE OR REPLACE TABLE stage.broken ({_BROKEN})")
    connection.execute(f"CREATE OR REPLACE TABLE stage.quarantine ({_QUARANTINE})")
    for name in tables:
        connection.execute(f"INSERT INTO stage.broken {broken_rows_sql(table(name))}")
    for name in tables:
        if table(name).version_unit != table(name).key:
            connection.execute(_incomplete_units(table(name)))


def refused_files(
    connection: DuckDBPyConnection, read_counts: Mapping[str, int], *, max_share: float, min_records: int
) -> dict[str, str]:
    """Return {file_id: reason} of the files that must not be used at all.

    These are files with a break of a blocking rule, and files of at least `min_records` records read of which more
    than the share `max_share` is rejected by the reader or to be set aside. Needs `stage.broken`.
    """
    query = (
        "WITH problems AS (SELECT file_id, record_no, rule, severity FROM stage.broken WHERE severity <> 'warn' "
        "UNION ALL SELECT file_id, record_no, rule, 'quarantine' FROM stage.reject), "
        "frequent AS (SELECT file_id, rule, severity, count(DISTINCT record_no) AS records FROM problems GROUP BY ALL) "
        "SELECT file_id, (SELECT count(DISTINCT record_no) FROM problems AS p WHERE p.file_id = f.file_id), "
        "arg_max(rule, (records, rule)), max(records), "
        "arg_max(rule, (records, rule)) FILTER (severity = 'block'), max(records) FILTER (severity = 'block') "
        "FROM frequent AS f GROUP BY file_id ORDER BY file_id"
    )
    refused = {}
    for file_id, broken, rule, times, blocking, blocked in connection.execute(query).fetchall():
        read = read_counts.get(file_id, 0)
        if blocking is not None:
            refused[file_id] = f"{blocking} is broken in {blocked} records, which refuses the file"
        elif read >= min_records and broken > max_share * read:
            share = f"{broken} of {read} records ({broken / read:.1%}) cannot be used, more than {max_share:.1%}"
            refused[file_id] = f"{share}; most often {rule} ({times} records)"
    return refused


def drop_files(connection: DuckDBPyConnection, file_ids: Iterable[str]) -> None:
    """Forget what was found in the given files: a refused file leaves nothing in quarantine."""
    ids = list(file_ids)
    for name in ("broken", "quarantine"):
        connection.execute(f"DELETE FROM stage.{name} WHERE list_contains(?, file_id)", [ids])


def set_aside(connection: DuckDBPyConnection, landed: Mapping[str, Path]) -> int:
    """Move broken and rejected records from the stage tables into `stage.quarantine`. Returns how many records.

    A record leaves all tables together. `raw` is what the reader kept, else the bytes of the record in its file in
    `landed` ({file_id: path}), else, for formats whose records have no bytes of their own, its staged rows as JSON.
    """
    connection.execute(_quarantine_insert())
    _fill_raw(connection, landed)
    _fill_json(connection)
    for name in core_tables():
        connection.execute(
            f"DELETE FROM stage.{name} AS s WHERE EXISTS (SELECT 1 FROM stage.quarantine AS q "
            "WHERE q.file_id = s.file_id AND q.record_no = s.record_no)"
        )
    return int((connection.execute("SELECT count(*) FROM stage.quarantine").fetchone() or (0,))[0])


def _broken_columns(name: str, columns: list[ColumnRule]) -> str:
    """One scan for all rules of single columns: rows that break any of them are unfolded into one row per rule."""
    cases = ",\n        ".join(f"CASE WHEN {rule.broken} THEN {_struct(rule)} END" for rule in columns)
    anything = "\n        OR ".join(rule.broken for rule in columns)
    return (
        f"SELECT file_id, record_no, '{name}' AS table_name, b.rule, b.severity, b.field, b.found, b.expected\n"
        f"FROM (\n    SELECT file_id, record_no, unnest([\n        {cases}\n    ]) AS b\n"
        f"    FROM stage.{name}\n    WHERE {anything}\n)\nWHERE b IS NOT NULL"
    )


def _struct(rule: ColumnRule) -> str:
    found = f"left({rule.column.name}::VARCHAR, {FOUND_CHARACTERS})"
    texts = {"rule": rule.name, "severity": rule.severity, "field": rule.column.name, "expected": rule.expected}
    fields = [f"'{key}': {quoted(value)}" for key, value in texts.items()]
    return "{" + ", ".join([*fields, f"'found': {found}"]) + "}"


def _broken_rows(rule: RowRule) -> str:
    return (
        f"SELECT file_id, record_no, '{rule.table}', '{rule.name}', '{rule.severity}', NULL, "
        f"left(found, {FOUND_CHARACTERS}), {quoted(rule.expected)}\nFROM (\n{rule.query}\n)"
    )


def _incomplete_units(table: Table) -> str:
    """Name the unbroken records of units that are spread over a file's records and have a broken one."""
    unit = ", ".join(table.version_unit)
    part = f"PARTITION BY {unit}, file_id"
    expected = f"every record of the same {' and '.join(table.version_unit)} to be usable"
    return (
        f"WITH records AS (SELECT {unit}, file_id, record_no, count(*) AS rows_in_record FROM stage.{table.name} "
        f"GROUP BY {unit}, file_id, record_no), "
        "marked AS (SELECT r.*, EXISTS (SELECT 1 FROM stage.broken AS b WHERE b.severity = 'quarantine' "
        "AND b.file_id = r.file_id AND b.record_no = r.record_no) AS is_broken FROM records AS r) "
        "INSERT INTO stage.broken "
        f"SELECT file_id, record_no, '{table.name}', '{INCOMPLETE}', 'quarantine', NULL, NULL, {quoted(expected)} "
        f"FROM marked QUALIFY NOT is_broken AND bool_or(is_broken) OVER ({part}) "
        f"AND max(rows_in_record) OVER ({part}) = 1"
    )


def _quarantine_insert() -> str:
    """One row per record: where it came from, its raw text if the reader kept it, and every rule it broke."""
    staged = " UNION ALL ".join(
        f"SELECT source, file_id, record_no, byte_start, byte_end FROM stage.{name}" for name in core_tables()
    )
    grave = "SELECT DISTINCT file_id, record_no FROM stage.broken WHERE severity <> 'warn'"
    return (
        f"INSERT INTO stage.quarantine WITH grave AS ({grave}), "
        # One entry per rule and record, however many rows broke it.
        "problem AS (SELECT file_id, record_no, rule, table_name, field, min(found) AS found, any_value(expected) AS "
        "expected FROM stage.broken SEMI JOIN grave USING (file_id, record_no) GROUP BY ALL "
        "UNION ALL SELECT file_id, record_no, rule, NULL, field, min(found), min(expected) FROM stage.reject "
        "GROUP BY ALL), "
        "listed AS (SELECT file_id, record_no, to_json(list({'rule': rule, 'table': table_name, 'field': field, "
        "'found': found, 'expected': expected} ORDER BY rule, table_name, field)) AS rules "
        "FROM problem GROUP BY file_id, record_no), "
        f"origin AS (SELECT source, file_id, record_no, byte_start, byte_end, NULL AS raw FROM ({staged}) "
        "SEMI JOIN grave USING (file_id, record_no) "
        "UNION ALL SELECT source, file_id, record_no, byte_start, byte_end, raw FROM stage.reject) "
        "SELECT any_value(o.source), file_id, record_no, min(o.byte_start), max(o.byte_end), min(o.raw), "
        "any_value(l.rules) FROM origin AS o JOIN listed AS l USING (file_id, record_no) GROUP BY file_id, record_no"
    )


def _fill_raw(connection: DuckDBPyConnection, landed: Mapping[str, Path]) -> None:
    """Read the bytes of set-aside records from their files, a file at a time in the order of its bytes."""
    query = (
        "SELECT file_id, record_no, byte_start, byte_end FROM stage.quarantine "
        "WHERE raw IS NULL AND byte_start IS NOT NULL AND byte_end IS NOT NULL ORDER BY file_id, byte_start, record_no"
    )
    for file_id, group in groupby(connection.execute(query).fetchall(), key=itemgetter(0)):
        records = list(group)
        texts = raw_texts(landed[file_id], [(start, end) for _, _, start, end in records])
        numbers = iter(record_no for _, record_no, _, _ in records)
        while batch := list(islice(zip(numbers, texts, strict=True), _BATCH)):
            _put_raw(connection, file_id, batch)


def _put_raw(connection: DuckDBPyConnection, file_id: str, batch: list[tuple[int, str]]) -> None:
    numbers, texts = zip(*batch, strict=True)
    connection.register("raw_texts", pa.table({"record_no": pa.array(numbers, pa.int64()), "raw": pa.array(texts)}))
    connection.execute(
        "UPDATE stage.quarantine AS q SET raw = r.raw FROM raw_texts AS r "
        "WHERE q.file_id = ? AND q.record_no = r.record_no",
        [file_id],
    )
    connection.unregister("raw_texts")


def _fill_json(connection: DuckDBPyConnection) -> None:
    """Give records without bytes of their own a readable form: their staged rows, one a line after its table."""
    for name in core_tables():
        connection.execute(
            f"UPDATE stage.quarantine AS q SET raw = left(concat_ws(chr(10), q.raw, s.raw), {MAX_BYTES}) FROM (SELECT "
            f"file_id, record_no, string_agg('{name} ' || row, chr(10) ORDER BY row) AS raw FROM (SELECT file_id, "
            f"record_no, to_json(t)::VARCHAR AS row FROM stage.{name} AS t SEMI JOIN (SELECT file_id, record_no FROM "
            "stage.quarantine WHERE byte_start IS NULL) AS wanted USING (file_id, record_no)) GROUP BY ALL) AS s "
            "WHERE q.file_id = s.file_id AND q.record_no = s.record_no"
        )
