"""The same figure as others define it: one comparison is one SELECT in warehouse/definition, its contract beside it.

The SELECT gives (definition, entity_id, value): a row for every leg, interaction or visit to a queue that counts on
`$day` under a definition. Of a rate it gives `base` as well: the figure is the sum of the values over the sum of the
bases. What makes two figures differ is then the rows that only one of them has, or has with another value or base.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from schemas.errors import UsageError, nearest
from schemas.strict_yaml import load
from schemas.typed import build
from warehouse.models import Example

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection

HOME = Path(__file__).parent / "definition"
OURS = "callqa"


@dataclass(frozen=True)
class Contract:
    """A comparison's YAML: how each system defines the figure, and where it says so."""

    comparison: str
    title: str
    unit: str
    grain: Literal["leg", "interaction", "visit"]
    summary: Literal["mean", "median", "rate"]
    definitions: dict[str, str]
    sources: dict[str, str]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Figure:
    """One definition's figure for a day; a rate is a share from 0 to 1.

    `n` entities count (of a rate: the denominator); `differing` count otherwise than with us.
    """

    comparison: str
    definition: str
    n: int
    value: float | None
    differing: int


def names() -> list[str]:
    """Return the names of all comparisons."""
    return sorted(path.stem for path in HOME.glob("*.sql"))


def contract(name: str) -> Contract:
    """Return a comparison's contract. Raises UsageError naming the nearest known one."""
    if name not in names():
        raise UsageError(f"there is no comparison {name!r}", fix=nearest(name, names()))
    document = load(HOME / f"{name}.yaml")
    found = build(Contract, document.value, document.where)
    if found.comparison != name or not found.examples:
        raise UsageError("named like its file, and with examples", where=document.where("comparison"))
    return found


def text(name: str) -> str:
    """Return the SQL of a comparison."""
    return (HOME / f"{name}.sql").read_text(encoding="utf-8")


def compare(connection: DuckDBPyConnection, name: str, day: date, site_timezone: str) -> list[Figure]:
    """Return the figure of a day under every definition, ours first."""
    about = contract(name)
    summary = {
        "mean": "sum(value) / nullif(count(*), 0)",
        "median": "median(value)",
        "rate": "sum(value) / nullif(sum(base), 0)",
    }[about.summary]
    rows = connection.execute(
        f"WITH {_counted(about)}, differs AS ({_differs()}) "
        f"SELECT definition, sum(base)::BIGINT, ({summary})::DOUBLE, "
        "(SELECT count(*) FROM differs WHERE differs.definition = counted.definition) FROM counted GROUP BY definition",
        _params(day, site_timezone),
    ).fetchall()
    found = {definition: (n, value, differing) for definition, n, value, differing in rows}
    return [Figure(name, one, *found.get(one, (0, None, 0))) for one in about.definitions]


def differing(
    connection: DuckDBPyConnection, name: str, definition: str, day: date, site_timezone: str
) -> list[tuple[str, float | None, float | None]]:
    """Return (entity_id, our value, their value) of what makes the difference; None where it does not count."""
    about = contract(name)
    return connection.execute(
        f"WITH {_counted(about)}, differs AS ({_differs()}) SELECT entity_id, own::DOUBLE, value::DOUBLE FROM differs "
        "WHERE definition = $definition ORDER BY entity_id",
        _params(day, site_timezone) | {"definition": definition},
    ).fetchall()


def _counted(about: Contract) -> str:
    """Return the tables `counted`, with a base also where every row weighs the same, and `ours`."""
    base = "" if about.summary == "rate" else ", 1 AS base"
    ours = f"SELECT * FROM counted WHERE definition = '{OURS}'"
    return f"counted AS (SELECT *{base} FROM ({text(about.comparison)})), ours AS ({ours})"


def _differs() -> str:
    """Return a SELECT of what counts otherwise under another definition than ours."""
    return (
        "SELECT d.definition, coalesce(c.entity_id, o.entity_id) AS entity_id, o.value AS own, c.value "
        f"FROM (SELECT DISTINCT definition FROM counted WHERE definition <> '{OURS}') AS d "
        "CROSS JOIN (SELECT DISTINCT entity_id FROM counted) AS e "
        "LEFT JOIN ours AS o ON o.entity_id = e.entity_id "
        "LEFT JOIN counted AS c ON c.entity_id = e.entity_id AND c.definition = d.definition "
        "WHERE o.value IS DISTINCT FROM c.value OR o.base IS DISTINCT FROM c.base"
    )


def _params(day: date, site_timezone: str) -> dict[str, Any]:
    return {"day": day, "site_timezone": site_timezone}
