"""What one record of a file can be, and which canonical columns it can fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.table import Column
from schemas.tables import table

# What people call things in a mapping, and the canonical column it is.
FRIENDLY = {
    "id": "source_id",
    "agent": "agent_id",
    "customer": "customer_id",
    "parent": "parent_id",
    "interaction": "interaction_id",
}
_ANSWERED = Column("answered", "bool", "Whether an agent took it.")
# Columns made from others: ids get the system in front, scales and offsets come along with what they belong to.
_MADE = {
    "call": ("interaction_id", "leg_id", "csat_min", "csat_max", "utc_offset_min", "time_flag", "extra"),
    "interaction": ("interaction_id", "csat_min", "csat_max", "utc_offset_min", "time_flag", "extra"),
    "leg": ("interaction_id", "leg_id", "extra"),
    "utterance": ("interaction_id",),
    "message": ("message_id", "system", "time_flag", "extra"),
    "survey": ("survey_id",),
    "evaluation": ("evaluation_id",),
    "agent": (),
    "customer": (),
    "agent_state": (),
    "shift": (),
}
# Required by the table, but filled in by us when the mapping says nothing.
_FILLED = {"leg": ("leg_no", "outcome"), "call": ("agent_id", "leg_no")}


@dataclass(frozen=True)
class Kind:
    """A record kind: the columns a mapping can fill by name, and those it must."""

    name: str
    columns: dict[str, Column]
    required: tuple[str, ...]

    def names(self) -> set[str]:
        """Return every name a mapping may use, friendly ones included."""
        return set(self.columns) | {word for word, real in FRIENDLY.items() if real in self.columns}

    @property
    def flagged(self) -> str | None:
        """Return the column whose uncertainty `time_flag` tells of."""
        return {"call": "started_at", "interaction": "started_at", "message": "sent_at"}.get(self.name)

    @property
    def keeps_extra(self) -> bool:
        """Return whether the kind has a place for fields that have no column."""
        return "extra" in _MADE[self.name]


def kinds() -> list[str]:
    """Return the names of all record kinds."""
    return list(_MADE)


@cache
def kind(name: str) -> Kind:
    """Return one kind; KeyError when there is none. A `call` is an interaction with one leg at most."""
    own = [*table("leg").own, *table("interaction").own] if name == "call" else list(table(name).own)
    columns = {column.name: column for column in own if column.name not in _MADE[name]}
    if "interaction_id" in _MADE[name] or name in ("message", "survey", "evaluation"):
        columns["source_id"] = table("interaction").column("source_id")
    if name in ("call", "leg"):
        columns["answered"] = _ANSWERED
    columns["updated_at"] = table("interaction").column("updated_at")
    needed = [column.name for column in columns.values() if column.required]
    return Kind(name, columns, tuple(one for one in needed if one not in _FILLED.get(name, ())))


@cache
def turn_kind() -> Kind:
    """Return the kind of a turn nested in a record: an utterance whose interaction and order are the record's."""
    whole = kind("utterance")
    columns = {name: column for name, column in whole.columns.items() if name not in ("source_id", "updated_at")}
    return Kind("utterance", columns, ("speaker", "text"))
