"""One module per table, named like the table, holding its declaration as TABLE."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.table import Table


@cache
def all_tables() -> dict[str, Table]:
    """Return every declared table by name, in alphabetical order of the files."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")
    return {name: import_module(f"schemas.tables.{name}").TABLE for name in names}


def table(name: str) -> Table:
    """Return one declared table; KeyError when there is none."""
    return all_tables()[name]


def core_tables() -> dict[str, Table]:
    """Return the canonical tables that readers fill."""
    return {name: found for name, found in all_tables().items() if found.schema == "core"}
