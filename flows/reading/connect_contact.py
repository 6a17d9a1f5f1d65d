"""The shape of an Amazon Connect contact record, and how what DescribeContact answers is brought into it."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from flows.reading.blocks import Broken
from flows.reading.connect import moment
from flows.reading.json_records import EXTRA, Shape

SAYS_NEXT = "says_next"
_TIMES = ("InitiationTimestamp", "ConnectedToSystemTimestamp", "DisconnectTimestamp", "LastUpdateTimestamp")
_TEXTS = (
    *("ContactId", "Channel", "InitiationMethod", "DisconnectReason", "CustomerId", *_TIMES),
    *("InitialContactId", "PreviousContactId", "NextContactId", "RelatedContactId"),
)
_QUEUE_TIMES = ("EnqueueTimestamp", "DequeueTimestamp")
_AGENT_TIMES = ("ConnectedToAgentTimestamp", "AfterContactWorkStartTimestamp", "AfterContactWorkEndTimestamp")
_AGENT_SECONDS = (
    *("AgentInteractionDuration", "CustomerHoldDuration"),
    *("AgentInitiatedHoldDuration", "AfterContactWorkDuration"),
)
_PARTS: dict[str, dict[str, pa.DataType]] = {
    "CustomerEndpoint": {"Address": pa.string()},
    "TransferredToEndpoint": {"Address": pa.string()},
    "Queue": dict.fromkeys(("Name", "ARN", *_QUEUE_TIMES), pa.string()) | {"Duration": pa.int64()},
    "Agent": dict.fromkeys(("Username", "ARN", *_AGENT_TIMES), pa.string()) | dict.fromkeys(_AGENT_SECONDS, pa.int64()),
}
# Which account, centre and version of the format: the same in every record.
_SAME = ("AWSAccountId", "AWSContactTraceRecordFormatVersion", "InstanceARN")
_API_NAMES = {"Id": "ContactId", "QueueInfo": "Queue", "AgentInfo": "Agent"}


def shape(attributes: list[str]) -> Shape:
    """Return what is read of a record; `attributes` are the contact attributes wanted. `extra` keeps all of these."""
    fields: dict[str, pa.DataType] = dict.fromkeys(_TEXTS, pa.string()) | {SAYS_NEXT: pa.bool_()}
    fields |= {name: pa.struct(list(parts.items())) for name, parts in _PARTS.items()}
    if attributes:
        fields["Attributes"] = pa.struct([(name, pa.string()) for name in attributes])
    return Shape(pa.schema(list(fields.items())), "ContactId", normal, _SAME, kept=("Attributes",))


def normal(record: dict[str, Any]) -> dict[str, Any] | Broken:
    """Return a record as a streamed one has its fields; says why when it is no contact."""
    inner = record.get("Contact")
    if isinstance(inner, dict):
        return _from_api(inner)
    if "ContactId" in record:
        return _stamped(record)
    if "Id" in record and "InitiationMethod" in record:
        return _from_api(record)
    return Broken("not_a_contact", None, "a contact record, or what DescribeContact answers")


def _from_api(contact: dict[str, Any]) -> dict[str, Any]:
    made = {_API_NAMES.get(name, name): value for name, value in contact.items()}
    for part in ("Queue", "Agent"):
        if isinstance(made.get(part), dict):
            named = "Name" if part == "Queue" else "Username"
            made[part] = made[part] | {named: made[part].get("Id")}
    known = {*_TEXTS, *_PARTS, "Arn"}
    rest = {name: value for name, value in made.items() if name not in known and value not in (None, "", [], {})}
    extra = json.dumps(rest, ensure_ascii=False, separators=(",", ":")) if rest else None
    return _stamped(made) | {SAYS_NEXT: "NextContactId" in contact, EXTRA: extra}


def _stamped(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record with times that stand as numbers as texts."""
    made = record | {name: moment(record.get(name)) for name in _TIMES}
    for part, names in (("Queue", _QUEUE_TIMES), ("Agent", _AGENT_TIMES)):
        inner = record.get(part)
        if isinstance(inner, dict):
            made[part] = inner | {name: moment(inner.get(name)) for name in names}
    return made
