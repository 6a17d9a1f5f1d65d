"""Reconcile: the same quantity computed on two ways must agree, every night, before anything is published.

One identity is one file in warehouse/identity: a SELECT of scope, left_value, right_value and cause. A residual without
a cause stops publishing; a residual with one is published beside the numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import ReconcileError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HOME = Path(__file__).parent / "identity"


def reconcile(connection: DuckDBPyConnection, run_seq: int) -> int:
    """Compute every identity into ops.reconciliation. Returns how many rows it wrote.

    Raises ReconcileError naming the worst residual without a cause; the rows stay, so that it can be looked into.
    """
    connection.execute("DELETE FROM ops.reconciliation WHERE run_seq = ?", [run_seq])
    for path in sorted(HOME.glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        params = {"run_seq": run_seq} if "$run_seq" in sql else {}
        connection.execute(
            f"INSERT INTO ops.reconciliation SELECT {run_seq}, '{path.stem}', scope, left_value::DOUBLE, "
            f"right_value::DOUBLE, (left_value - right_value)::DOUBLE, cause FROM ({sql})",
            params,
        )
    where = "FROM ops.reconciliation WHERE run_seq = ?"
    bad = connection.execute(
        f"SELECT identity, scope, left_value, right_value {where} AND residual <> 0 AND cause IS NULL "
        # An id that stands twice upsets all other identities: it is named first.
        "ORDER BY identity <> 'unique_ids', abs(residual) DESC, identity, scope",
        [run_seq],
    ).fetchall()
    if bad:
        identity, scope, left, right = bad[0]
        raise ReconcileError(
            f"{len(bad)} figures do not reconcile, first {identity} ({scope})",
            found=f"{left:g}",
            expected=f"{right:g}",
            fix="Nothing was published. See ops.reconciliation in the work file and warehouse/identity.",
        )
    return int((connection.execute(f"SELECT count(*) {where}", [run_seq]).fetchone() or (0,))[0])
