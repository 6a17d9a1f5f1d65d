"""Zendesk ticket metric events: when a ticket's clocks ran. See docs/sources/zendesk_metric_events.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.contract import About
from flows.reading.json_envelope import opened
from flows.reading.json_records import Shape, columns, leaf
from flows.reading.zendesk import ZendeskRecords, as_it_is
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from schemas.errors import Where

Array = Any
ABOUT = About(
    "Zendesk ticket metric events",
    read={"ticket_metric_event": "event_no metric instance_no kind happened_at is_deleted sla_policy is_business"},
    derived={"ticket_metric_event": "event_id interaction_id sla_target_s status_s status_business_s"},
)
_T, _I = pa.string(), pa.int64()
_FIELDS: dict[str, pa.DataType] = {
    **dict.fromkeys(("id", "ticket_id", "instance_id"), _I),
    **dict.fromkeys(("metric", "type", "time"), _T),
    "deleted": pa.bool_(),
    "status": pa.struct([("calendar", _I), ("business", _I)]),
    "sla": pa.struct(
        [
            ("target", _I),
            ("target_in_seconds", _I),
            ("business_hours", pa.bool_()),
            ("policy", pa.struct([("title", _T)])),
        ]
    ),
}


@dataclass(frozen=True)
class Settings:
    """`[sources.settings]` has no keys for this format."""


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the events of a file as rows of `ticket_metric_event`, about 8 MB of it at a time."""
    shape = Shape(pa.schema(list(_FIELDS.items())), "id", as_it_is)
    with file.path.open("rb") as handle:
        for part in columns(opened(handle, file, "ticket_metric_events"), file, shape):
            found = ZendeskRecords(part, file)
            yield found.chunk({"ticket_metric_event": _row(found)})


def _row(found: ZendeskRecords) -> dict[str, Array]:
    arrays = found.columns.arrays
    instance = leaf(arrays, "instance_id")
    found.note("missing_field", "instance_id", "a value", pc.is_null(instance))
    return {
        "event_id": found.prefixed("id", required=True),
        "is_deleted": pc.fill_null(leaf(arrays, "deleted"), False),
        "interaction_id": found.prefixed("ticket_id", required=True),
        "event_no": leaf(arrays, "id"),
        "metric": found.text("metric", required=True),
        "instance_no": instance,
        "kind": found.text("type", required=True),
        "happened_at": found.stamp("time", required=True),
        "sla_policy": found.text("sla.policy.title"),
        "sla_target_s": pc.coalesce(found.span("sla.target_in_seconds", 1), found.span("sla.target", 60)),
        "is_business": leaf(arrays, "sla.business_hours"),
        "status_s": found.span("status.calendar", 60),
        "status_business_s": found.span("status.business", 60),
    }
