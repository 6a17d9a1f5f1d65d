"""What Asterisk says beside an event of a channel: JSON from version 12 on, before that texts with commas."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json

if TYPE_CHECKING:
    from flows.reading.call_record import Record

Array = Any
NAMES = ("bridge_id", "hangupcause", "hangupsource", "dialstatus", "extension")
_OLD = r"^(?P<hangupcause>[0-9]+),(?P<hangupsource>[^,]*),(?P<dialstatus>[^,]*)$"
_TEXTS = pa.schema([(name, pa.string()) for name in NAMES if name != "hangupcause"])
_SCHEMA = _TEXTS.append(pa.field("hangupcause", pa.int64()))


def details(found: Record, name: str) -> dict[str, Array]:
    """Return the fields of an event's details, NULL where they are not there; what is no JSON is a problem."""
    text = found.maybe(name)
    is_json = pc.fill_null(pc.starts_with(text, "{"), False)
    fields = _fast(pc.if_else(is_json, text, "{}")) or _slow(found, name, pc.if_else(is_json, text, None))
    old = pc.extract_regex(text, _OLD)
    out = {}
    for one in NAMES:
        value = fields[one].cast(pa.string())
        if old.type.get_field_index(one) >= 0:
            value = pc.coalesce(value, pc.struct_field(old, one))
        out[one] = pc.if_else(pc.equal(value, ""), pa.scalar(None, pa.string()), value)
    return out


def _fast(texts: Array) -> dict[str, Array] | None:
    """Read all at once; None where Arrow cannot, or where a text is more or less than one line."""
    data = "\n".join(texts.to_pylist()).encode()
    if b"NaN" in data or b"Infinity" in data:
        return None
    try:
        table = arrow_json.read_json(
            BytesIO(data),
            read_options=arrow_json.ReadOptions(block_size=len(data) + 1, use_threads=False),
            parse_options=arrow_json.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    if table.num_rows != len(texts):
        return None
    return {name: table.column(name).combine_chunks() for name in NAMES}


def _slow(found: Record, name: str, texts: Array) -> dict[str, Array]:
    """Read one by one, and note those that are no JSON object."""
    rows: list[dict[str, Any]] = []
    bad = []
    for text in texts.to_pylist():
        made = _object(text)
        bad.append(made is None)
        rows.append(made or {})
    found.note("bad_json", name, "one JSON object", pa.array(bad, pa.bool_()), texts)
    return {one: pa.array([_text(row.get(one)) for row in rows], pa.string()) for one in NAMES}


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _text(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)
