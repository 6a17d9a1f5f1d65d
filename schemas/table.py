"""A table is declared once; Arrow schema, DuckDB DDL with comments, checks and the reference page come from it.

A *versioned* table keeps every version of every unit in `history.<name>`; the view `<schema>.<name>` shows the current
ones. A *plain* table lives at `<schema>.<name>` and is append-only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Type = Literal["text", "int", "seconds", "float", "bool", "timestamp", "date", "json", "texts"]
Severity = Literal["block", "quarantine", "warn"]

# `seconds` is exact to the millisecond: sums do not depend on the order of rows, as they would with floats.
ARROW: dict[Type, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "seconds": pa.decimal128(12, 3),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "json": pa.string(),
    "texts": pa.list_(pa.string()),
}
DUCKDB: dict[Type, str] = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "seconds": "DECIMAL(12, 3)",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
    "date": "DATE",
    "json": "JSON",
    "texts": "VARCHAR[]",
}


@dataclass(frozen=True)
class Column:
    """One column: its type, meaning, unit and the checks every row must pass.

    A NULL means unknown and passes every check but `required`. `severity` is what a broken check does to the record:
    `quarantine` sets it aside, `warn` loads and flags it. `in_hash=False`: the column says where or how the row was
    made, so a difference in it alone is no new version.
    """

    name: str
    type: Type
    description: str
    unit: str | None = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    pattern: str | None = None
    severity: Severity = "quarantine"
    in_hash: bool = True

    @property
    def comment(self) -> str:
        """Return the description with unit and allowed values, as it stands in the database and the docs."""
        unit = f" Unit: {self.unit}." if self.unit else ""
        values = f" One of: {', '.join(self.allowed)}." if self.allowed else ""
        return f"{self.description}{unit}{values}"


# Where a row came from. Readers write these; `file_id` and `source` are filled in by the load.
ORIGIN: tuple[Column, ...] = (
    Column("source", "text", "Name of the source in callqa.toml.", in_hash=False),
    Column("file_id", "text", "SHA-256 of the file the row was read from; its copy lies in landing.", in_hash=False),
    Column("record_no", "int", "Number of the record in that file, from 1, a header not counted.", in_hash=False),
    Column(
        "byte_start", "int", "First byte of the record; NULL where the format has no bytes of its own.", in_hash=False
    ),
    Column("byte_end", "int", "Byte after the last one of the record.", in_hash=False),
    Column("updated_at", "timestamp", "When the source last changed this record; NULL where it does not say."),
)
# What the load adds. `run_seq` and `superseded_seq` answer "as published by run N" without copies of the table.
VERSION: tuple[Column, ...] = (
    Column("version", "int", "1 for the first version that arrived, then 2, 3, …", in_hash=False),
    Column("run_seq", "int", "Number of the run that added this version.", in_hash=False),
    Column(
        "superseded_seq",
        "int",
        "Number of the run that replaced this version; NULL while it is current.",
        in_hash=False,
    ),
)


@dataclass(frozen=True)
class Table:
    """One table. `key` names a row; `unit` names what is replaced as a whole by a new version (default: the key).

    Example: an utterance's key is (interaction_id, seq), its unit the interaction: a corrected transcript replaces all
    of the old one, also when it has fewer turns.
    """

    name: str
    schema: str
    grain: str
    key: tuple[str, ...]
    own: tuple[Column, ...]
    unit: tuple[str, ...] = ()
    versioned: bool = True
    from_files: bool = True

    @property
    def version_unit(self) -> tuple[str, ...]:
        """Return the columns whose rows are replaced together."""
        return self.unit or self.key

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns a reader or step writes: own columns, then origin for tables filled from files."""
        return self.own + ORIGIN if self.from_files else self.own

    @property
    def stored(self) -> tuple[Column, ...]:
        """Return the columns as stored: versioned tables add the version columns."""
        return self.columns + VERSION if self.versioned else self.columns

    @property
    def home(self) -> str:
        """Return the physical table: `history.<name>` when versioned."""
        return f"history.{self.name}" if self.versioned else f"{self.schema}.{self.name}"

    @property
    def full_name(self) -> str:
        """Return the name people query."""
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> Column:
        """Return one column by name; KeyError when there is none."""
        return {column.name: column for column in self.stored}[name]

    def arrow(self) -> pa.Schema:
        """Return the Arrow schema of `columns`, what a reader yields (nullability is checked by rules, not Arrow)."""
        return pa.schema([pa.field(column.name, ARROW[column.type]) for column in self.columns])

    def ddl(self, name: str | None = None, columns: tuple[Column, ...] | None = None) -> str:
        """Return CREATE TABLE IF NOT EXISTS for the physical table, or for `name` with `columns`."""
        chosen = self.stored if columns is None else columns
        lines = [f"    {column.name} {DUCKDB[column.type]}" for column in chosen]
        if self.versioned and columns is None:
            lines.append("    unit_hash UHUGEINT")
        return f"CREATE TABLE IF NOT EXISTS {name or self.home} (\n" + ",\n".join(lines) + "\n)"

    def comments(self) -> list[str]:
        """Return COMMENT statements for the physical table and its columns."""
        out = [f"COMMENT ON TABLE {self.home} IS {_quote(self.grain)}"]
        out += [f"COMMENT ON COLUMN {self.home}.{column.name} IS {_quote(column.comment)}" for column in self.stored]
        return out

    def markdown(self) -> str:
        """Return this table's section of docs/reference/tables.md."""
        head = f"## {self.full_name}\n\n{self.grain}\n\nKey: {', '.join(f'`{name}`' for name in self.key)}."
        if self.versioned:
            unit = ", ".join(f"`{name}`" for name in self.version_unit)
            head += f" Versions by {unit}; every version stays in `{self.home}`."
        rows = ["| column | type | meaning |", "|---|---|---|"]
        rows += [f"| `{c.name}` | {DUCKDB[c.type]} | {_cell(c)} |" for c in self.stored]
        return head + "\n\n" + "\n".join(rows) + "\n"


def _cell(column: Column) -> str:
    limits = [
        f">= {column.low:g}" if column.low is not None else "",
        f"<= {column.high:g}" if column.high is not None else "",
    ]
    notes = ["required" if column.required else "", *limits, f"matches `{column.pattern}`" if column.pattern else ""]
    rule = ", ".join(note for note in notes if note)
    return column.comment.replace("|", "\\|") + (f" Checked: {rule} ({column.severity})." if rule else "")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
