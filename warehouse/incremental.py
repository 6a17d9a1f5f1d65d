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
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError
from schemas.tables import all_tables
from warehouse import touched
from warehouse.build import build, macros
from warehouse.connect import SCHEMAS
from warehouse.models import HOME, Model, all_models, ordered, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from duckdb import DuckDBPyConnection

    from warehouse.models import Recompute

FACTS = ("core.interaction", "core.leg", "core.utterance", "core.message", "core.thread_message", "core.agent_state")
FOLDERS = ("core", "metric")


class _EverythingError(Exception):
    """Something changed that only a full build can follow; the text says what."""


@dataclass
class Built:
    """What a build did: why it made everything anew, empty when it did not; rows made, by table.

    `policies` is what the last scores were made with, as `finish` was told; empty when that is not known.
    """

    everything: str
    rows: dict[str, int] = field(default_factory=dict)
    policies: str = ""


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
            rows = _Round(connection, params, int(stored["run_seq"]), is_later=is_later).run()
            return Built("", rows, stored.get("policies", ""))
        except _EverythingError as reason:
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


@contextmanager
def scoped(connection: DuckDBPyConnection, name: str, reads: set[str]) -> Iterator[None]:
    """Let `core.leg_context` and whatever else is read inside hold only the interactions of a set."""
    scope = _Scope(connection, all_models(), name, name)
    for one in sorted(reads):
        scope.offer(one)
    connection.execute("USE scope")
    try:
        yield
    finally:
        connection.execute(f"USE {scope.work}")


def far_models(connection: DuckDBPyConnection) -> set[str]:
    """Return the tables in which the same customer's other interactions, or the date, have a part."""
    return _Round(connection, {}, 0, is_later=False).far()


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


class _Round:
    """One incremental build."""

    def __init__(self, connection: DuckDBPyConnection, params: dict[str, Any], since: int, *, is_later: bool) -> None:
        self.connection = connection
        self.params = params
        self.since = since
        self.is_later = is_later
        models = {name: model for name, model in all_models().items() if model.schema in FOLDERS}
        self.models = {model.full_name: model for model in ordered(connection, models)}
        self.reads = {name: references(connection, model.sql) for name, model in self.models.items()}
        self.changed = set[str]()
        self.rows: dict[str, int] = {}

    def run(self) -> dict[str, int]:
        """Do the three rounds. Returns the rows made, by table."""
        macros(self.connection)
        loaded = touched.changed_tables(self.connection, self.since)
        for declared in loaded:
            self.changed |= {declared.home, declared.full_name}
        # Before the gathering too: a message may leave the thread it was in.
        touched.add_loaded(self.connection, loaded, self.since)
        gathering = self._gathering()
        for name in gathering:
            self._whole(self.models[name])
        touched.add_loaded(self.connection, loaded, self.since)
        rest = [name for name in self.models if name not in gathering]
        far, late = self.far(), self._late(rest)
        for name in rest:
            if (self._recompute(name) is None or self._is_clock(name)) and name not in late:
                self._whole(self.models[name])
        immature = [self.models[name] for name in far if name.startswith("metric.") and self.is_later]
        touched.close(self.connection, immature)
        self._follow([n for n in rest if n not in far and not self._is_between_agents(n)], "own", "own")
        touched.add_peers(self.connection)
        self._follow([n for n in rest if n not in far and self._is_between_agents(n)], "peers", "peers")
        self._follow([n for n in rest if n in far], "near", "context")
        for name in rest:
            if name in late:
                self._whole(self.models[name])
        return self.rows

    def _recompute(self, name: str) -> Recompute | None:
        return self.models[name].contract.recompute

    def _is_clock(self, name: str) -> bool:
        recompute = self._recompute(name)
        return recompute is not None and recompute.by == "clock"

    def _is_between_agents(self, name: str) -> bool:
        recompute = self._recompute(name)
        return recompute is not None and recompute.reach == "agent"

    def _gathering(self) -> list[str]:
        """Return the models the facts are made from, the facts included, in order."""
        wanted, todo = set[str](), [name for name in FACTS if name in self.models]
        while todo:
            name = todo.pop()
            if name not in wanted:
                wanted.add(name)
                todo += [other for other in self.reads[name] if other in self.models]
        return [name for name in self.models if name in wanted]

    def _late(self, rest: list[str]) -> set[str]:
        """Return the models made as a whole from ones that are followed: they come last."""
        followed = {name for name in rest if self._recompute(name) and not self._is_clock(name)}
        late = set[str]()
        for name in rest:
            if self._recompute(name) is None and self.reads[name] & (followed | late):
                late.add(name)
        return late

    def far(self) -> set[str]:
        """Return the models that the same customer's other interactions, or the clock, have a part in."""
        far = set[str]()
        for name in self.models:
            recompute = self._recompute(name)
            begins = recompute is not None and (recompute.reach == "customer" or recompute.by == "clock")
            if begins or self.reads[name] & far:
                far.add(name)
        return {name for name in far if not self._is_clock(name)}

    def _whole(self, model: Model) -> None:
        """Make a model anew if something it reads changed, and note whether that made a difference."""
        is_moving = self._is_clock(model.full_name)
        if not is_moving and not self.reads[model.full_name] & self.changed:
            return
        if model.contract.kind == "view":
            self.changed.add(model.full_name)
            return
        fresh = "stage.fresh_model"
        used = {name: value for name, value in (self.params | model.params).items() if f"${name}" in model.sql}
        self.connection.execute(f"CREATE OR REPLACE TABLE {fresh} AS {model.sql}", used)
        if touched.add_difference(self.connection, model, fresh):
            self.changed.add(model.full_name)
            self.connection.execute(f"TRUNCATE {model.full_name}")
            self.connection.execute(f"INSERT INTO {model.full_name} SELECT * FROM {fresh}")
        self.connection.execute(f"DROP TABLE {fresh}")

    def _follow(self, names: Iterable[str], replaced: str, context: str) -> None:
        """Recompute the rows of the set `replaced` of each model, from the rows of the set `context`."""
        todo = [name for name in names if self._recompute(name) is not None and not self._is_clock(name)]
        for name in todo:
            self._refuse(name)
        if not touched.count(self.connection, replaced):
            return
        scope = _Scope(self.connection, self.models, context, replaced)
        for name in todo:
            self.changed.add(name)
            if self.models[name].contract.kind != "view":
                self.rows[name] = scope.replace(self.models[name], self.reads[name], self.params)

    def _refuse(self, name: str) -> None:
        """Raise when something the model reads, and that is not read by interaction, has changed."""
        for other in sorted(self.reads[name] & self.changed):
            if _column(self.models, other) is None and other != "core.agent" and not self._is_moving(other):
                raise _EverythingError(f"{other} changed, which {name} reads as a whole")

    def _is_moving(self, name: str) -> bool:
        return name in self.models and self._is_clock(name)


class _Scope:
    """The database `scope`: the tables models read, cut to what a set of interactions needs."""

    def __init__(self, connection: DuckDBPyConnection, models: dict[str, Model], context: str, replaced: str) -> None:
        self.connection = connection
        self.models = models
        self.work = str((connection.execute("SELECT current_database()").fetchone() or ("",))[0])
        self.made = set[str]()
        for schema in SCHEMAS:
            connection.execute(f"DROP SCHEMA IF EXISTS scope.{schema} CASCADE")
            connection.execute(f"CREATE SCHEMA scope.{schema}")
        for kind, name in (("context", context), ("replaced", replaced)):
            ids = f"SELECT id FROM stage.touched WHERE set_name = '{name}'"
            connection.execute(f"CREATE OR REPLACE TABLE stage.{kind}_interaction AS {ids}")
            connection.execute(
                f"CREATE OR REPLACE TABLE stage.{kind}_leg AS SELECT leg_id AS id FROM ({touched.legs_of(name)})"
            )
        connection.execute(
            "CREATE OR REPLACE TABLE stage.context_message AS SELECT message_id AS id FROM core.thread_message "
            "WHERE thread_id IN (SELECT id FROM stage.context_interaction)"
        )
        connection.execute("USE scope")
        macros(connection)
        connection.execute(f"USE {self.work}")

    def replace(self, model: Model, reads: set[str], params: dict[str, Any]) -> int:
        """Recompute a model's rows of the replaced set. Returns their number."""
        for name in reads:
            self.offer(name)
        used = {name: value for name, value in (params | model.params).items() if f"${name}" in model.sql}
        self.connection.execute("USE scope")
        try:
            self.connection.execute(f"CREATE OR REPLACE TABLE stage.recomputed AS {model.sql}", used)
        finally:
            self.connection.execute(f"USE {self.work}")
        column = _column(self.models, model.full_name)
        if column is None or model.contract.recompute is None:
            raise UsageError(f"{model.full_name} says no column to recompute it by")
        where = f"({column} IS NULL OR {column} IN (SELECT id FROM stage.replaced_{model.contract.recompute.by}))"
        if model.schema == "metric":
            self._note_moved(model, f"SELECT * FROM {model.full_name} WHERE {where}", where)
        self.connection.execute(f"DELETE FROM {model.full_name} WHERE {where}")
        self.connection.execute(f"INSERT INTO {model.full_name} SELECT * FROM stage.recomputed WHERE {where}")
        row = self.connection.execute(f"SELECT count(*) FROM stage.recomputed WHERE {where}").fetchone()
        return int(row[0]) if row else 0

    def _note_moved(self, model: Model, old: str, where: str) -> None:
        """Add the interactions whose figure is another than before to the set `moved`."""
        new = f"SELECT * FROM stage.recomputed WHERE {where}"
        ids = f"SELECT entity_id FROM (({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old}))"
        if model.contract.recompute and model.contract.recompute.by == "leg":
            ids = f"SELECT interaction_id FROM core.leg WHERE leg_id IN ({ids})"
        touched.add(self.connection, "moved", ids)

    def offer(self, name: str) -> None:
        """Put a table into the scope: cut to the context where it is read by interaction, whole otherwise."""
        if name in self.made:
            return
        self.made.add(name)
        there = f"{self.work}.{name}"
        column = _column(self.models, name)
        if column is None:
            self.connection.execute(f"CREATE VIEW scope.{name} AS SELECT * FROM {there}")
            return
        kept = f"{column} IS NULL OR {column} IN (SELECT id FROM stage.context_{_by(self.models, name)})"
        self.connection.execute(f"CREATE TABLE scope.{name} AS SELECT * FROM {there} WHERE {kept}")


def _by(models: dict[str, Model], name: str) -> str:
    recompute = models[name].contract.recompute if name in models else None
    return recompute.by if recompute else "interaction"


def _column(models: dict[str, Model], name: str) -> str | None:
    """Return the column that puts the rows of a table to an interaction, leg or message; None where there is none."""
    if name in models:
        recompute = models[name].contract.recompute
        return recompute.key if recompute and recompute.by != "clock" else None
    declared = {one.full_name: one for one in all_tables().values()}.get(name)
    known = {column.name for column in declared.own} if declared else set[str]()
    return "interaction_id" if "interaction_id" in known else None
