"""What a mapping YAML says, checked: how the columns of a file become canonical fields.

Every key with an example: docs/sources/mapping.md. `read_mapping` in check_mapping.py makes a `Mapping` from YAML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from flows.reading.kinds import Kind, kind, turn_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.table import Column

Duration = Literal["seconds", "ms", "minutes", "clock", "clock_12h", "excel_fraction", "iso8601"]
DURATIONS: tuple[str, ...] = get_args(Duration)


@dataclass(frozen=True)
class Field:
    """Where one canonical field comes from and how it is read.

    In YAML `source` is called `from`, `unit` `as`, `yes` and `no` `true` and `false`.
    """

    source: tuple[str, ...] = ()
    unit: str | None = None
    date: str | None = None
    time: str | None = None
    timezone: str | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    value: str | None = None
    null_if: tuple[str, ...] = ()
    only_if: str | None = None
    scale: tuple[float, ...] = ()
    join: str = "/"
    split: str = ";"
    take: Literal["first", "last"] | None = None
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    optional: bool = False

    @property
    def label(self) -> str:
        """Return the columns it comes from, as a reject names them."""
        return " + ".join(self.source)


@dataclass(frozen=True)
class Turns:
    """A nested transcript: the list and, per turn, its fields. `keep` names the values of turns that are data."""

    source: str
    fields: dict[str, Field]
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True)
class Mapping:
    """A checked mapping. `columns` is keyed by canonical column, or `answered`; `answers` by question, then column."""

    record: str
    columns: dict[str, Field]
    turns: Turns | None = None
    answers: dict[str, dict[str, Field]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    extra: Literal["refuse", "keep"] = "refuse"
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    header: bool = True
    names: tuple[str, ...] = ()
    skip_lines: int = 0
    null_values: tuple[str, ...] = ()
    timezone: str | None = None
    date: str | None = None

    @property
    def kind(self) -> Kind:
        """Return what a record is."""
        return kind(self.record)

    def paths(self) -> Iterator[tuple[str, Field, Column]]:
        """Yield every path into the file with its field and column, paths in turns with the list in front."""
        for fields in (self.columns, *self.answers.values()):
            for name, one in fields.items():
                for path in one.source:
                    yield path, one, self.kind.columns[name]
        if self.turns:
            for name, one in self.turns.fields.items():
                for path in one.source:
                    yield f"{self.turns.source}.{path}", one, turn_kind().columns[name]

    def used(self) -> set[str]:
        """Return the file's columns that are mapped: a path as it stands, and its first part."""
        paths = {path for path, _, _ in self.paths()} | ({self.turns.source} if self.turns else set())
        return paths | {path.partition(".")[0] for path in paths}
