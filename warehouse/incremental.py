"""Bring the derived tables up to date by recomputing what a night touched, and nothing else. Same rows as a full build.

A model whose contract says `recompute` is computed for the touched interactions only: its SQL runs in the attached
database `scope`, where the tables it reads hold just what those interactions need, and its rows for them are replaced.
Every other model is made anew when something it reads has changed. Three rounds, as the rows reach further:

1. what gathers facts from the sources (everything core.interaction, core.leg, core.message … are made from),
2. what an interaction's own facts decide, and what decides between legs of one agent at one time,
3. what the same customer's other interactions, or the date, decide as well.

Anything that cannot be followed so leads to a full build: the first one, a changed recipe, other opening hours, an
earlier date, a build that did not end, or a change in a table that holds for all (a new channel, a new queue).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.tables import all_tables
from warehouse import touched
from warehouse.build import build
from warehouse.models import HOME, all_models
from warehouse.rounds import FOLDERS, EverythingError, Rounds

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection


@dataclass
class Built:
    """What a build did: why it made everything anew, empty when it did not; rows made, by table.

    `policies` is what the last scores were made with, as `finish` was told; empty when that is not known. `changed`:
    tables that may hold other rows than before, when not everything was made anew.
    """

    everything: str
    rows: dict[str, int] = field(default_factory=dict)
    policies: str = ""
    changed: set[str] = field(default_factory=set)


def bring_up_to_date(
    connection: DuckDBPyConnection, *, business_date: date, site_timezone: str, everything: bool = False
) -> Built:
    """Make core and metric tables fit the loaded rows, as `build` would. Call `finish` when the night has used them.

    Until then the tables count as unfinished: a night that dies leads to a full build in the next one.
    """
    params = {"business_date": business_date, "site_timezone": site_timezone}
    why = "asked for" if everything else _obstacle(connection, params)
    stored = _stored(connection)
    connection.execute("DELETE FROM ops.built")
    touched.begin(connection)
    if not why:
        try:
            is_later = stored["business_date"] < business_date.isoformat()
            rounds = Rounds(connection, params, int(stored["run_seq"]), is_later=is_later)
            return Built("", rounds.run(), stored.get("policies", ""), rounds.changed)
        except EverythingError as reason:
            why = str(reason)
    return Built(why, build(connection, FOLDERS, business_date=business_date, site_timezone=site_timezone))


def touch_days(connection: DuckDBPyConnection, *, with_far: bool) -> None:
    """Compute the set `days`: all interactions with a leg on a contact day of which something changed.

    Whole days, because a check may ask what the other contacts of a day tell. `with_far`: also days on which a figure
    moved although the contact itself did not, such as a repeat that came later.
    """
    ids = "SELECT id FROM stage.touched WHERE set_name = 'own'"
    ids += " UNION SELECT id FROM stage.touched WHERE set_name = 'moved'" if with_far else ""
    connection.execute(
        f"CREATE OR REPLACE TABLE stage.touched_day AS SELECT contact_on FROM core.leg_context WHERE interaction_id IN "
        f"({ids}) UNION SELECT contact_on FROM qa.score WHERE interaction_id IN ({ids})"
    )
    touched.add(
        connection,
        "days",
        "SELECT interaction_id FROM core.leg_context WHERE contact_on IN (SELECT contact_on FROM stage.touched_day) "
        f"OR contact_on IS NULL UNION {ids}",
    )


def legs_of_days() -> str:
    """Return the condition that a row's leg_id is of a leg in the set `days`, now or before."""
    return f"leg_id IN ({touched.legs_of('days')})"


def far_models(connection: DuckDBPyConnection) -> set[str]:
    """Return the tables in which the same customer's other interactions, or the date, have a part."""
    return Rounds(connection, {}, 0, is_later=False).far()


def finish(connection: DuckDBPyConnection, *, business_date: date, site_timezone: str, policies: str = "") -> None:
    """Note what the derived tables are made from, now that all of them are. `policies`: what scores were made with."""
    params = {"business_date": business_date, "site_timezone": site_timezone}
    state = _state(connection, params) | {"policies": policies}
    connection.execute("DELETE FROM ops.built")
    connection.executemany("INSERT INTO ops.built VALUES (?, ?)", [list(pair) for pair in state.items()])


def _state(connection: DuckDBPyConnection, params: dict[str, Any]) -> dict[str, str]:
    last = connection.execute("SELECT coalesce(max(run_seq), 0) FROM ops.run").fetchone() or (0,)
    hashed = [
        connection.execute(f"SELECT coalesce(bit_xor(md5_number(t::VARCHAR)), 0)::VARCHAR FROM {name} AS t").fetchone()
        for name in ("ops.queue_setting", "ops.opening")
    ]
    return {
        "recipe": _recipe(params["site_timezone"]),
        "settings": " ".join(str(row[0]) for row in hashed if row),
        "business_date": params["business_date"].isoformat(),
        "run_seq": str(last[0]),
    }


def _recipe(site_timezone: str) -> str:
    """Return a hash of all SQL and all declared tables: other ones make other rows of the same facts."""
    texts = [site_timezone, *(path.read_text(encoding="utf-8") for path in sorted((HOME / "functions").glob("*.sql")))]
    texts += [f"{model.full_name} {model.sql} {model.params} {model.contract.kind}" for model in all_models().values()]
    texts += [declared.ddl() for declared in all_tables().values()]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _stored(connection: DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM ops.built").fetchall())


def _obstacle(connection: DuckDBPyConnection, params: dict[str, Any]) -> str:
    """Return why the tables cannot be followed from what they are, empty when they can."""
    stored, wanted = _stored(connection), _state(connection, params)
    if not stored:
        return "there is no finished build to go on from"
    if stored["recipe"] != wanted["recipe"]:
        return "metrics, tables or the time zone changed"
    if stored["settings"] != wanted["settings"]:
        return "queues or opening hours changed"
    if stored["business_date"] > wanted["business_date"]:
        return f"the last build knew more: it was of {stored['business_date']}"
    return ""
