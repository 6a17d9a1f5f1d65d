"""Score the contacts of some days only: the tables that scoring reads are cut to them, the rest is not looked at."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa import scoring
from warehouse import touched
from warehouse.scope import scoped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from duckdb import DuckDBPyConnection

    from qa.policy import Policy

SET = "days"


def choose(connection: DuckDBPyConnection, since: date, until: date) -> int:
    """Add the interactions with a contact day from `since` to `until` (both included) to the set `days`.

    Returns how many the set holds. The sets must have been begun (`warehouse.touched.begin`).
    """
    days = f"contact_on BETWEEN DATE '{since.isoformat()}' AND DATE '{until.isoformat()}'"
    tables = " UNION ".join(
        f"SELECT interaction_id FROM {name} WHERE {days}" for name in ("core.leg_context", "qa.score")
    )
    touched.add(connection, SET, tables)
    return touched.count(connection, SET)


@contextmanager
def chosen(connection: DuckDBPyConnection, *sets: list[Policy]) -> Iterator[None]:
    """Let the tables these sets of policies read hold, inside, the chosen interactions only."""
    reads = set[str]().union(*(scoring.reads(connection, policies) for policies in sets))
    with scoped(connection, SET, reads):
        yield
