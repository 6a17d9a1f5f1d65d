"""Read every value of a database file: DuckDB notices a damaged block only when it is read.

Run as a process of its own (`python -m warehouse.verify FILE`): a damaged file may end the process that reads it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from warehouse.connect import open_published

SECONDS = 3600


def unreadable(database: Path) -> str | None:
    """Return why a database cannot be read as a whole, None when it can. Nobody may be writing to it."""
    command = [sys.executable, "-m", "warehouse.verify", str(database)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.strip().splitlines() if line]
    return lines[-1] if lines else f"the process that read it ended with {done.returncode}"


def read_all(database: Path) -> int:
    """Read every column of every table. Returns the number of rows; raises duckdb.Error at a damaged block."""
    query = "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY ALL"
    rows = 0
    with open_published(database) as connection:
        for schema, name in connection.execute(query).fetchall():
            read = f'SELECT count(*), bit_xor(hash(t)) FROM "{schema}"."{name}" AS t'
            rows += (connection.execute(read).fetchone() or (0,))[0]
    return rows


if __name__ == "__main__":
    try:
        read_all(Path(sys.argv[1]))
    except Exception as problem:  # whatever it is, the parent wants it in one line
        sys.exit(str(problem).strip().splitlines()[0])
