"""JSON records as Arrow columns: which types their keys have, and parsed records column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.json_strict import Real, literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.reading.json_wanted import Node


class Mixed(ValueError):
    """Two records have a key with types that are not one."""


def merged(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the type that holds both; raises Mixed when none does without changing values."""
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        fields = {own.name: own.type for own in one}
        for more in other:
            fields[more.name] = merged(fields.get(more.name, pa.null()), more.type)
        return pa.struct(fields.items())
    if pa.types.is_list(one) and pa.types.is_list(other):
        return pa.list_(merged(one.value_type, other.value_type))
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    raise Mixed


def types_of(records: Iterable[dict[str, Any]]) -> dict[str, pa.DataType]:
    """Return the Arrow type of each key over some records; null where no value was seen. Raises Mixed."""
    found: dict[str, pa.DataType] = {}
    for record in records:
        for name, value in record.items():
            found[name] = merged(found.get(name, pa.null()), _type(value))
    return found


def readable(kind: pa.DataType, *, nested: bool = False) -> pa.DataType:
    """Return the type to read a key with: for values never seen, one that few values have."""
    # Arrow builds broken arrays for a list of nulls. See `is_unsure` for what must be looked at afterwards.
    if pa.types.is_null(kind):
        return pa.bool_() if nested else kind
    if pa.types.is_list(kind):
        return pa.list_(readable(kind.value_type, nested=True))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, readable(one.type, nested=True)) for one in kind])
    return kind


def is_unsure(array: pa.Array, kind: pa.DataType) -> bool:
    """Return whether a column read as `readable(kind)` has values of unseen types, or NaN and Infinity."""
    if pa.types.is_null(kind):
        return bool(array.null_count < len(array))
    if pa.types.is_floating(kind):  # Arrow reads NaN and Infinity, JSON has none
        return pc.all(pc.is_finite(array)).as_py() is False
    if pa.types.is_list(kind):
        return is_unsure(array.flatten(), kind.value_type)
    if pa.types.is_struct(kind):
        return any(is_unsure(one, of.type) for one, of in zip(array.flatten(), kind, strict=True))
    return False


def column(values: list[Any], node: Node) -> pa.Array:
    """Return one key's values as a column with only what is wanted below it; where types differ, all as texts."""
    pruned = [_pruned(value, node) for value in values]
    for attempt in (pruned, [_texts(value) for value in pruned]):
        try:
            return _array(attempt)
        except (Mixed, pa.ArrowInvalid):
            continue
    return _array([None if value is None else literal(value) for value in pruned])


def _array(values: list[Any]) -> pa.Array:
    """Return values as a column; not by Arrow's own idea of their type, which makes 0.0 of false beside 0.5."""
    kind: pa.DataType = pa.null()
    for value in values:
        kind = merged(kind, _type(value))
    return pa.array(values, kind)


def _type(value: Any) -> pa.DataType:
    if isinstance(value, dict):
        return pa.struct([pa.field(name, _type(inner)) for name, inner in value.items()])
    if isinstance(value, list):
        kind: pa.DataType = pa.null()
        for inner in value:
            kind = merged(kind, _type(inner))
        return pa.list_(kind)
    kinds = {bool: pa.bool_(), int: pa.int64(), Real: pa.float64(), str: pa.string()}
    return kinds.get(type(value), pa.null())


def _pruned(value: Any, node: Node) -> Any:
    """Return what is wanted of a value."""
    if isinstance(value, list):
        return [_pruned(item, node) for item in value]
    if isinstance(value, dict) and not node.whole:
        return {key: _pruned(value[key], inner) for key, inner in node.keys.items() if key in value}
    if isinstance(value, dict):
        return literal(value)
    return value.literal if isinstance(value, Real) and node.as_written else value


def _texts(value: Any) -> Any:
    """Return a value with every number and truth value in it as text."""
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    return None if value is None else literal(value)
