"""The three rounds in which core and metric tables follow what was loaded; see warehouse/incremental.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse import touched
from warehouse.build import macros
from warehouse.models import Model, all_models, ordered, references
from warehouse.scope import Scope, column_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from warehouse.models import Recompute

FACTS = ("core.interaction", "core.leg", "core.utterance", "core.message", "core.thread_message", "core.agent_state")
FOLDERS = ("core", "metric")


class EverythingError(Exception):
    """Something changed that only a full build can follow; the text says what."""


class Rounds:
    """One incremental build of the models in FOLDERS, of what changed after run `since`."""

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
        scope = Scope(self.connection, self.models, context, replaced)
        for name in todo:
            self.changed.add(name)
            if self.models[name].contract.kind != "view":
                self.rows[name] = scope.replace(self.models[name], self.reads[name], self.params)

    def _refuse(self, name: str) -> None:
        """Raise when something the model reads, and that is not read by interaction, has changed."""
        for other in sorted(self.reads[name] & self.changed):
            if column_of(self.models, other) is None and other != "core.agent" and not self._is_moving(other):
                raise EverythingError(f"{other} changed, which {name} reads as a whole")

    def _is_moving(self, name: str) -> bool:
        return name in self.models and self._is_clock(name)
