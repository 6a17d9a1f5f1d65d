"""Amazon Connect agent event stream: log-ins, states and heart beats. See docs/sources/connect_agent_events.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.blocks import Broken
from flows.reading.checked import Checked
from flows.reading.connect import People, tails
from flows.reading.contract import About
from flows.reading.json_records import Shape, columns, leaf
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

Array = Any
Settings = People
ABOUT = About(
    "Amazon Connect agent event stream",
    read={
        "connect_agent_event": "event_id agent_id kind happened_at status before_status",
        "agent_state": "agent_id reason started_at",
    },
    derived={"connect_agent_event": "system state before_state", "agent_state": "state ended_at"},
)
_SNAPSHOT = pa.struct(
    [
        ("AgentStatus", pa.struct([("Name", pa.string()), ("Type", pa.string())])),
        ("Configuration", pa.struct([("Username", pa.string())])),
        ("Contacts", pa.list_(pa.struct([("State", pa.string())]))),
    ]
)
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("EventId", "EventType", "EventTimestamp", "AgentARN")),
        ("CurrentAgentSnapshot", _SNAPSHOT),
        ("PreviousAgentSnapshot", _SNAPSHOT),
    ]
)
# With several contacts at once the agent does what stands last here; a contact that rings is none yet.
_WORK = pa.array(["", "ring_missed", "wrap", "hold", "contact"])
_RANKS = {"MISSED": 1, "REJECTED": 1, "ERROR": 1, "ENDED": 2, "CONNECTED_ONHOLD": 3, "CONNECTED": 4}
_BY_TYPE = {"ROUTABLE": "available", "OFFLINE": "offline", "CUSTOM": "pause"}
_BY_NAME = {"Available": "available", "Offline": "offline"}


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the events of a file as rows of `connect_agent_event`, about 8 MB of it at a time."""
    shape = Shape(_SCHEMA, "EventId", _normal, keeps_others=False)
    with file.path.open("rb") as handle:
        for part in columns(handle, file, shape):
            found = Checked(part, file)
            yield found.chunk({"connect_agent_event": _row(found, settings)})


def _normal(record: dict[str, Any]) -> dict[str, Any] | Broken:
    known = "EventId" in record and "EventType" in record
    return record if known else Broken("not_an_event", None, "an agent event with EventId and EventType")


def _row(found: Checked, settings: Settings) -> dict[str, Array]:
    logins = [found.text(f"{name}AgentSnapshot.Configuration.Username") for name in ("Current", "Previous")]
    agent = pc.coalesce(*logins, tails(found.text("AgentARN")))
    found.note("missing_field", "AgentARN", "a value", pc.is_null(agent))
    kind = found.text("EventType", required=True)
    state, status = _state(found, "CurrentAgentSnapshot")
    before, before_status = _state(found, "PreviousAgentSnapshot")
    return {
        "event_id": found.id("EventId", required=True),
        "system": pa.repeat(pa.scalar(found.file.system), len(kind)),
        "agent_id": settings.names(agent),
        "kind": kind,
        "happened_at": found.stamp("EventTimestamp", required=True),
        "state": pc.if_else(pc.fill_null(pc.equal(kind, "LOGOUT"), False), pa.scalar("offline"), state),
        "status": status,
        "before_state": before,
        "before_status": before_status,
    }


def _state(found: Checked, snapshot: str) -> tuple[Array, Array]:
    """Return what the agent does in a snapshot, and the status set: contacts go before it."""
    name = found.text(f"{snapshot}.AgentStatus.Name")
    kind = found.text(f"{snapshot}.AgentStatus.Type")
    other = pc.if_else(pc.is_valid(name), pa.scalar("pause"), pa.scalar(None, pa.string()))
    by_status = pc.coalesce(_looked_up(kind, _BY_TYPE), _looked_up(name, _BY_NAME), other)
    contacts = leaf(found.columns.arrays, f"{snapshot}.Contacts")
    best = np.zeros(len(name), dtype="i8")
    states = pc.struct_field(pc.list_flatten(contacts), "State")
    ranks = pc.fill_null(_looked_up(states, _RANKS), 0).to_numpy(zero_copy_only=False)
    np.maximum.at(best, pc.list_parent_indices(contacts).to_numpy(zero_copy_only=False), ranks)
    return pc.if_else(pa.array(best > 0), _WORK.take(pa.array(best)), by_status), name


def _looked_up(array: Array, values: Mapping[str, Any]) -> Array:
    at = pc.index_in(array, value_set=pa.array(list(values), pa.string()))
    return pa.array(list(values.values())).take(at)
