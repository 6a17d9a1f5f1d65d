"""`callqa sql`: ask the published file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import output
from flows.cli.options import HERE, Format, Limit, Output, Raw, Workspace
from schemas.errors import CallqaError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

HELP = (
    "End a query with ; . Also: .tables [WORD] lists tables and views, .describe TABLE its columns and what they mean, "
    ".help, .quit. Tab completes names, Ctrl-C drops the line or stops the query."
)
TABLES = (
    "SELECT CASE schema_name WHEN 'main' THEN name ELSE schema_name || '.' || name END AS \"table\", comment FROM ("
    "SELECT schema_name, table_name AS name, comment FROM duckdb_tables() WHERE NOT internal UNION ALL "
    "SELECT schema_name, view_name, comment FROM duckdb_views() WHERE NOT internal) "
    "WHERE \"table\" ILIKE '%' || $word || '%' ORDER BY contains(\"table\", '.'), 1"
)
SCHEMA = (
    'SELECT column_name AS "column", data_type AS type, comment FROM duckdb_columns() '
    "WHERE $name IN (schema_name || '.' || table_name, CASE schema_name WHEN 'main' THEN table_name END) "
    "ORDER BY column_index"
)


def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SQL statement, or .tables; without it, a prompt or standard input.")
    ] = None,
    command: Annotated[
        str | None, typer.Option("--command", "-c", help="The same as QUERY, as in other shells.")
    ] = None,
    workspace: Workspace = HERE,
    format: Format = None,
    output_file: Output = None,
    limit: Limit = None,
    raw: Raw = False,
) -> None:
    """Query the published file.

    Read-only; no other file and no network can be reached. A night that runs meanwhile is not disturbed.

    Example: callqa sql "SELECT agent_id, legs, handle_mean_s FROM agent_day ORDER BY ALL" -w demo --limit 5
    """
    from schemas.config import load_config
    from warehouse.connect import open_published

    if query and command:
        raise UsageError("two queries", fix="Give QUERY or -c QUERY.")
    form = format or _by_ending(output_file)
    text = query or command or (None if sys.stdin.isatty() else sys.stdin.read())
    config = load_config(workspace)
    with open_published(config.published) as connection:
        if text is None:
            _talk(connection, config.data / "sql_history", form, limit)
        elif text.lstrip().startswith("."):
            _dotted(connection, text.strip(), form, output_file)
        else:
            _answer(connection, text, form, output_file, limit, raw=raw)


def _by_ending(path: Path | None) -> str:
    from flows.write import formats

    ending = path.suffix.lower().lstrip(".") if path else ""
    return ending if ending in formats() else "table"


def _answer(
    connection: DuckDBPyConnection,
    text: str,
    form: str,
    file: Path | None,
    limit: int | None,
    *,
    raw: bool = False,
    params: dict[str, str] | None = None,
) -> None:
    from flows.rows import stream

    rows = stream(connection, text, params)
    if rows is None:
        output.say("Done; the statement has no rows.")
        return
    output.emit(rows, form, file, limit, raw=raw)


def _talk(connection: DuckDBPyConnection, history: Path, form: str, limit: int | None) -> None:
    """Answer one query after another; an error is one line and the talk goes on, and Ctrl-C stops a query only."""
    output.say(f"The published file, read-only. {HELP}")
    for text in _asked(history, _names(connection)):
        try:
            if text.startswith("."):
                _dotted(connection, text, form)
            else:
                _answer(connection, text, form, None, limit)
        except CallqaError as problem:
            output.say(str(problem))
        except KeyboardInterrupt:
            output.say("Stopped.")


def _dotted(connection: DuckDBPyConnection, text: str, form: str, file: Path | None = None) -> None:
    """Answer what begins with a dot. Raises UsageError naming the nearest table for one that is not there."""
    command, _, rest = text.rstrip(";").partition(" ")
    name = rest.strip()
    if command == ".tables":
        _answer(connection, TABLES, form, file, 0, params={"word": name})
    elif command in (".describe", ".schema"):
        names = _names(connection)
        if name not in names:
            near = nearest(name, names)
            fix = near if near.startswith("Did") else ".tables lists them."
            raise UsageError(f"{command} wants the name of a table", found=name or "nothing", fix=fix)
        _answer(connection, SCHEMA, form, file, 0, params={"name": name})
    else:
        output.say(HELP)


def _names(connection: DuckDBPyConnection) -> list[str]:
    """Return the tables and views, those with short names first."""
    rows = connection.execute(f'SELECT "table" FROM ({TABLES})', {"word": ""}).fetchall()
    return [name for (name,) in rows]


def _asked(history: Path, names: list[str]) -> Iterator[str]:
    """Yield what the person types: a line that begins with a dot, or lines up to a semicolon, until .quit or Ctrl-D.

    The history lies in the workspace's data, readable by its owner only: queries may name customers.
    """
    import readline

    if history.exists():
        readline.read_history_file(history)
    _complete(names)
    lines: list[str] = []
    try:
        while True:
            try:
                line = input("   ...> " if lines else "callqa> ").strip()
            except KeyboardInterrupt:
                output.say("")
                lines = []
                continue
            if not lines and line.rstrip(";") in (".quit", ".exit"):
                return
            lines += [line] if line else []
            if lines and (lines[0].startswith(".") or lines[-1].endswith(";")):
                yield "\n".join(lines)
                lines = []
    except EOFError:
        output.say("")
    finally:
        history.touch(mode=0o600)
        readline.set_history_length(1000)
        readline.write_history_file(history)
        history.chmod(0o600)


def _complete(names: list[str]) -> None:
    """Let Tab complete names of tables and the words that begin with a dot."""
    import readline

    words = [*names, ".tables", ".describe", ".help", ".quit"]

    def suggest(text: str, state: int) -> str | None:
        found = [word for word in words if word.startswith(text)]
        return found[state] if state < len(found) else None

    readline.set_completer(suggest)
    readline.set_completer_delims(" ,()=<>;")
    readline.parse_and_bind("tab: complete")
