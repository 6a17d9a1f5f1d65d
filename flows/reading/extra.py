"""Unmapped columns as one JSON text a record."""

from __future__ import annotations

from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.convert import as_text, joined, plain

Array = Any


def extra(columns: dict[str, Array], length: int) -> Array:
    """Return `{"column": value, …}` a record, without empty values; NULL where nothing is left."""
    pairs = []
    for name, array in columns.items():
        value = _json(plain(array))
        key = orjson.dumps(name).decode() + ":"
        pairs.append(pc.binary_join_element_wise(key, value, "", null_handling="emit_null"))
    if not pairs:
        return pa.nulls(length, pa.string())
    return pc.binary_join_element_wise("{", joined(pairs, ","), "}", "", null_handling="emit_null")


def _json(array: Array) -> Array:
    """Return each value as JSON, NULL for no value."""
    kind = array.type
    if pa.types.is_string(kind):
        return _quoted(array)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return array.cast(pa.string())
    if pa.types.is_temporal(kind):
        return _quoted(as_text(array))
    texts = [None if value is None else orjson.dumps(value, default=str).decode() for value in array.to_pylist()]
    return pa.array(texts, pa.string())


def _quoted(array: Array) -> Array:
    """Return texts as JSON; those with control characters, which are rare, one by one."""
    array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    text = pc.replace_substring(pc.replace_substring(array, "\\", "\\\\"), '"', '\\"')
    out = pc.binary_join_element_wise('"', text, '"', "", null_handling="emit_null")
    rare = pc.fill_null(pc.match_substring_regex(array, r"[\x00-\x1f]"), False)
    if not pc.any(rare).as_py():
        return out
    single = [orjson.dumps(value).decode() for value in array.filter(rare).to_pylist()]
    return pc.replace_with_mask(out, rare, pa.array(single, pa.string()))
