"""The rules a staged row must keep.

Rules of one column come from its declaration in schemas/tables: `<column>_required`, `_allowed`, `_low`, `_high`,
`_pattern`, and `_finite` for every column whose type has an infinity. A rule across columns is a file in this folder,
`<table>.<rule>.sql`: one SELECT of the offending rows' file_id, record_no and found (a text), with its sentence and
its severity in the two lines on top, and a worked example in `<table>.<rule>.yaml`.

The quarantine pass (warehouse/quarantine.py) and the Great Expectations suites (flows/validate) are both made from
`rules(table)`, so they cannot disagree about what is broken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from schemas.errors import ConfigError, Where
from schemas.table import Column, Severity

if TYPE_CHECKING:
    from schemas.table import Table

Kind = Literal["required", "allowed", "low", "high", "pattern", "finite"]
_HEADER = re.compile(r"-- (?P<sentence>[^\n]+)\n-- severity: (?P<severity>\w+)\n(?P<query>.+)", re.DOTALL)


@dataclass(frozen=True)
class ColumnRule:
    """One check of one column, as declared. NULL breaks `required` only."""

    table: str
    column: Column
    kind: Kind

    @property
    def name(self) -> str:
        """Return `<column>_<kind>`."""
        return f"{self.column.name}_{self.kind}"

    @property
    def severity(self) -> Severity:
        """Return what a broken check does: as declared with the column."""
        return self.column.severity

    @property
    def expected(self) -> str:
        """Return in words what would have been accepted."""
        column = self.column
        return {
            "required": "a value",
            "allowed": f"one of {', '.join(column.allowed)}",
            "low": f">= {number(column.low or 0)}",
            "high": f"<= {number(column.high or 0)}",
            "pattern": f"a text matching {column.pattern}",
            "finite": "a finite value",
        }[self.kind]

    @property
    def broken(self) -> str:
        """Return the SQL condition that is true for a broken row."""
        column = self.column
        values = ", ".join(quoted(value) for value in column.allowed)
        return {
            "required": f"{column.name} IS NULL",
            "allowed": f"{column.name} NOT IN ({values})",
            "low": f"{column.name} < {number(column.low or 0)}",
            "high": f"{column.name} > {number(column.high or 0)}",
            "pattern": f"NOT regexp_matches({column.name}, {quoted(column.pattern or '')})",
            "finite": f"NOT isfinite({column.name})",
        }[self.kind]


@dataclass(frozen=True)
class RowRule:
    """One rule across columns: `query` selects file_id, record_no and found of the rows of `stage.<table>` to blame."""

    table: str
    name: str
    severity: Severity
    expected: str
    query: str


Rule = ColumnRule | RowRule


def rules(table: Table) -> list[Rule]:
    """Return every rule of a table: those of its columns in their order, then its files in this folder by name."""
    return [*column_rules(table), *row_rules(table.name)]


def column_rules(table: Table) -> list[ColumnRule]:
    """Return the rules declared with the columns of `table`."""
    return [ColumnRule(table.name, column, kind) for column in table.columns for kind in _kinds(column)]


@cache
def row_rules(table: str) -> tuple[RowRule, ...]:
    """Return the rules across columns of `table`. Raises ConfigError for a file without its two lines on top."""
    return tuple(_row_rule(path) for path in sorted(rule_files()) if path.name.startswith(f"{table}."))


def rule_files() -> list[Path]:
    """Return the file of every rule across columns."""
    return sorted(Path(__file__).parent.glob("*.sql"))


def quoted(text: str) -> str:
    """Return an SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def number(value: float) -> str:
    """Return a number as it stands in SQL and in messages: 86400, not 86400.0."""
    return str(int(value)) if value == int(value) else repr(value)


def _kinds(column: Column) -> list[Kind]:
    declared: dict[Kind, bool] = {
        "required": column.required,
        "allowed": bool(column.allowed),
        "low": column.low is not None,
        "high": column.high is not None,
        "pattern": column.pattern is not None,
        "finite": column.type in ("float", "timestamp", "date"),
    }
    return [kind for kind, there in declared.items() if there]


def _row_rule(path: Path) -> RowRule:
    table, _, name = path.stem.partition(".")
    match = _HEADER.fullmatch(path.read_text(encoding="utf-8"))
    severity = match["severity"] if match else ""
    if match is None or severity not in get_args(Severity):
        raise ConfigError(
            "a rule begins with its sentence and its severity",
            where=Where(path, line=1),
            expected=f"`-- sentence`, then `-- severity: {' | '.join(get_args(Severity))}`",
        )
    return RowRule(table, name, severity, match["sentence"].rstrip("."), match["query"].strip())  # type: ignore[arg-type]
