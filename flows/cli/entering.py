"""What the commands share by which people enter something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import output
from schemas.errors import UsageError, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.config import Config

By = Annotated[str, typer.Option("--by", help="Who: an id, as it is to stand in the tables.")]
Own = Annotated[str | None, typer.Option("--id", help="Your own number for it; without it one is made.")]


def known(config: Config, name: str) -> dict[str, dict[str, Any]]:
    """Return what is published of a table and what waits for the night, by id."""
    from flows import entries
    from qa.disputes import published
    from warehouse.connect import open_published

    with open_published(config.published) as connection:
        return entries.together(config, name, published(connection, name))


def one_known(config: Config, name: str, id: str) -> dict[str, Any]:
    """Return what is known of one id, waiting entries included. Raises UsageError for an id nobody entered."""
    entered = known(config, name)
    if id not in entered:
        raise UsageError(f"no such {name}", found=id, fix=nearest(id, entered))
    return entered[id]


def replaced(name: str, before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the row that takes the place of one entered before: its own columns with the changes."""
    from schemas.tables import table

    return {column.name: before[column.name] for column in table(name).own} | changes


def refuse_known(id: str, known: dict[str, dict[str, Any]]) -> None:
    """Raise UsageError for an id that is taken."""
    if id in known:
        raise UsageError("the id is taken", found=id, fix="Choose another --id, or leave it out.")


def said(text: str, option: str) -> str:
    """Return a sentence without spaces around it. Raises UsageError for none."""
    if not text.strip():
        raise UsageError(f"{option} is empty", fix="Say it in a sentence: others will read it.")
    return text.strip()


def show(
    rows: list[dict[str, Any]],
    names: list[str],
    form: str | None,
    file: Path | None,
    limit: int | None,
    *,
    json: bool,
    raw: bool,
) -> None:
    """List what was entered: the columns `names` of the rows, as a table, a file or JSON."""
    shown = [{name: row[name] for name in names} for row in rows]
    if json:
        output.show_json(shown)
        return
    import pyarrow as pa

    schema = pa.schema([pa.field(name, _arrow(name)) for name in names])
    output.emit(pa.Table.from_pylist(shown, schema=schema).to_reader(), form or "table", file, limit, raw=raw)


def _arrow(name: str) -> Any:
    """Return the type of a listed column, which its name tells."""
    import pyarrow as pa

    if name.endswith("_at"):
        return pa.timestamp("us", tz="UTC")
    if name.endswith("_on"):
        return pa.date32()
    return pa.bool_() if name == "is_waiting" else pa.string()
