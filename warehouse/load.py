"""Load: staged and validated rows become versions, with ledger, quarantine and validation rows, in one transaction.

Either all of a night's rows and the ledger row that says so are there, or none of them: a rerun after any crash finds
the same files unloaded and does the same work again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from schemas.errors import ReconcileError, Where
from schemas.tables import core_tables, table
from warehouse.merge import merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Run:
    """One night, as ops.run keeps it."""

    run_seq: int
    run_id: str
    business_date: date
    started_at: datetime
    code_version: str
    config_hash: str


@dataclass
class LedgerEntry:
    """What became of one file, as ops.file_ledger keeps it. Loaded and duplicate records are counted by the load."""

    run_seq: int
    file_seq: int
    file_id: str
    source: str
    file_name: str
    bytes: int
    status: str
    settings_hash: str | None = None
    records_read: int | None = None
    records_loaded: int | None = None
    records_quarantined: int | None = None
    records_duplicate: int | None = None
    records_ignored: int | None = None
    reason: str | None = None


def next_run_seq(connection: DuckDBPyConnection) -> int:
    """Return the number for a new run."""
    return int((connection.execute("SELECT coalesce(max(run_seq), 0) + 1 FROM ops.run").fetchone() or (1,))[0])


def loaded_before(connection: DuckDBPyConnection) -> set[str]:
    """Return the content hash of every file that was loaded by an earlier run, whatever it was called then."""
    query = "SELECT DISTINCT file_id FROM ops.file_ledger WHERE status = 'loaded'"
    return {file_id for (file_id,) in connection.execute(query).fetchall()}


def load(
    connection: DuckDBPyConnection,
    run: Run,
    entries: Sequence[LedgerEntry],
    validation: Iterable[tuple[str, str, str, int, int]] = (),
) -> dict[str, int]:
    """Merge all stage tables and write run, ledger, quarantine and validation rows. Returns fresh units by table.

    Expects `stage.quarantine` (see warehouse.quarantine) beside the stage tables. `entries` name every file of the
    night; those with status `loaded` get their record counts here. `validation` rows are (table, rule, severity,
    rows_checked, rows_broken). Raises ReconcileError, with nothing written, when a file's records do not add up.
    """
    order = [(entry.file_id, entry.file_seq) for entry in entries if entry.status == "loaded"]
    connection.execute("CREATE OR REPLACE TABLE stage.file_order (file_id VARCHAR, file_seq BIGINT)")
    _insert(connection, "stage.file_order", order)
    connection.execute("CREATE OR REPLACE TEMP TABLE fresh (file_id VARCHAR, record_no BIGINT)")
    connection.begin()
    try:
        merged = {name: merge(connection, declared, run.run_seq) for name, declared in core_tables().items()}
        _count(connection, entries)
        _insert(connection, "ops.run", [tuple(asdict(run).values())])
        columns = [column.name for column in table("file_ledger").columns]
        _insert(connection, "ops.file_ledger", [tuple(asdict(entry)[name] for name in columns) for entry in entries])
        _insert(connection, "ops.validation", [(run.run_seq, *row) for row in validation])
        _keep_quarantine(connection, run.run_seq, entries)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return {name: result.fresh for name, result in merged.items()}


def _count(connection: DuckDBPyConnection, entries: Sequence[LedgerEntry]) -> None:
    """Count loaded, quarantined and duplicate records per file, each on its own, and check that they add up."""
    rows = " UNION ".join(f"SELECT file_id, record_no FROM stage.{name}" for name in core_tables())
    query = (
        f"WITH staged AS ({rows}), new AS (SELECT DISTINCT file_id, record_no FROM fresh), "
        "aside AS (SELECT file_id, count(*) AS n FROM stage.quarantine GROUP BY file_id), "
        "kept AS (SELECT file_id, count(*) FILTER (new.record_no IS NOT NULL) AS fresh, "
        "count(*) FILTER (new.record_no IS NULL) AS known FROM staged LEFT JOIN new USING (file_id, record_no) "
        "GROUP BY file_id) "
        "SELECT file_id, coalesce(fresh, 0), coalesce(known, 0), coalesce(n, 0) "
        "FROM kept FULL JOIN aside USING (file_id)"
    )
    counts = {file_id: rest for file_id, *rest in connection.execute(query).fetchall()}
    for entry in entries:
        if entry.status != "loaded":
            continue
        fresh, known, aside = counts.get(entry.file_id, (0, 0, 0))
        entry.records_loaded, entry.records_duplicate, entry.records_quarantined = fresh, known, aside
        total = fresh + known + aside + (entry.records_ignored or 0)
        if total != entry.records_read:
            raise ReconcileError(
                "records do not add up",
                where=Where(entry.file_name),
                found=f"{fresh} loaded + {aside} quarantined + {known} duplicate + {entry.records_ignored} ignored",
                expected=f"{entry.records_read} read",
                fix="Nothing was loaded. Please report this with the file's format.",
            )


def _keep_quarantine(connection: DuckDBPyConnection, run_seq: int, entries: Sequence[LedgerEntry]) -> None:
    """Move stage.quarantine into ops.quarantine; a record set aside before, by the same file, is not repeated."""
    connection.execute("CREATE OR REPLACE TEMP TABLE file_names (file_id VARCHAR, file_name VARCHAR)")
    names = {entry.file_id: entry.file_name for entry in entries if entry.status == "loaded"}
    _insert(connection, "file_names", list(names.items()))
    connection.execute(
        "INSERT INTO ops.quarantine BY NAME SELECT $run_seq AS run_seq, q.*, n.file_name FROM stage.quarantine AS q "
        "JOIN file_names AS n USING (file_id) WHERE NOT EXISTS (SELECT 1 FROM ops.quarantine AS o "
        "WHERE o.file_id = q.file_id AND o.record_no = q.record_no)",
        {"run_seq": run_seq},
    )


def _insert(connection: DuckDBPyConnection, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert a few rows (files, rules: never records) into a table whose columns are in this order."""
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", [list(row) for row in rows])
