"""Rows on their way out: a query's result as Arrow batches of plain types, whatever the writer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from schemas.errors import CallqaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

BATCH_ROWS = 50_000
_AS_IT_IS = re.compile(
    r"^(VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG)INT|U?INTEGER|HUGEINT|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)"
    r"|DATE|TIMESTAMP( WITH TIME ZONE)?)$"
)
_NESTED = re.compile(r"(\[\d*\]|^(STRUCT|MAP|UNION)\(.*)$", re.DOTALL)


def stream(
    connection: DuckDBPyConnection, query: str, params: dict[str, Any] | None = None
) -> pa.RecordBatchReader | None:
    """Run one statement; returns its rows, or None for a statement that has none.

    Lists and structs become JSON texts and types no writer knows become texts, inside DuckDB; two columns of one name
    become `x` and `x_2`, so that no format loses one. Raises CallqaError with DuckDB's first line, without a traceback.
    """
    import duckdb
    import pyarrow as pa

    used = {name: value for name, value in (params or {}).items() if re.search(rf"\${name}\b", query)}
    try:
        relation = connection.sql(query, params=used or None)
        if relation is None:
            return None
        reader = _plain(relation).to_arrow_reader(BATCH_ROWS)
    except duckdb.Error as problem:
        raise CallqaError(_one_line(problem)) from None
    except RuntimeError as problem:
        raise _interrupted(connection, problem) from None
    return pa.RecordBatchReader.from_batches(reader.schema, _batches(connection, reader))


def _batches(connection: DuckDBPyConnection, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the batches; an error in the middle of the rows comes out of Arrow as an OSError without a number."""
    import pyarrow as pa

    try:
        yield from reader
    except (pa.ArrowException, OSError) as problem:
        raise CallqaError(_one_line(problem)) from None
    except RuntimeError as problem:
        raise _interrupted(connection, problem) from None


def _interrupted(connection: DuckDBPyConnection, problem: RuntimeError) -> BaseException:
    """Return the Ctrl-C that DuckDB hands on as a RuntimeError; any other stays what it is.

    DuckDB's Python stops waiting, but its threads go on with the query, and the next one would wait for them.
    """
    if "interrupted" not in str(problem).lower():
        return problem
    connection.interrupt()
    return KeyboardInterrupt()


def _plain(relation: DuckDBPyRelation) -> DuckDBPyRelation:
    names = _distinct(relation.columns)
    cells = [_cell(number, str(kind)) for number, kind in enumerate(relation.types, start=1)]
    if names == list(relation.columns) and all(cell.startswith("#") and "::" not in cell for cell in cells):
        return relation
    quoted = [name.replace('"', '""') for name in names]
    return relation.project(", ".join(f'{cell} AS "{name}"' for cell, name in zip(cells, quoted, strict=True)))


def _cell(number: int, kind: str) -> str:
    if _NESTED.search(kind):
        return f"to_json(#{number})::VARCHAR"
    return f"#{number}" if _AS_IT_IS.match(kind) else f"#{number}::VARCHAR"


def _distinct(names: list[str]) -> list[str]:
    out: list[str] = []
    for name in names:
        free, count = name, 1
        while free in out:
            count += 1
            free = f"{name}_{count}"
        out.append(free)
    return out


def _one_line(problem: Exception) -> str:
    """Return the message up to DuckDB's picture of the query (`LINE 1: …`), on one line."""
    text = re.split(r"\n\s*\nLINE \d+:|\nLINE \d+:", str(problem).strip())[0]
    return " ".join(text.split())
