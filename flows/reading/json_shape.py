"""The shapes of JSON records: which Arrow types their keys have, and parsed records as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from flows.reading.blocks import Broken
from flows.reading.json_strict import Real, literal
from flows.reading.times import EPOCHS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.reading.mapping import Mapping

_NUMBERS = ("seconds", "int", "float")


class Mixed(ValueError):
    """Two records have a key with types that are not one."""


@dataclass
class Node:
    """What is wanted below one key: its keys, or the value itself; `as_written` where numbers must stay texts.

    `shape` is "a list", "an object" or "one value" once it is known: by the mapping, else by the file's first record.
    """

    keys: dict[str, Node] = field(default_factory=dict)
    whole: bool = False
    as_written: bool = False
    shape: str | None = None


def wanted(mapping: Mapping) -> Node:
    """Return what a mapping wants of a record, as a tree of keys."""
    top = Node()
    for path, one, target in mapping.paths():
        node = _add(top, path)
        node.whole = True
        as_number = target.type in _NUMBERS or one.date in (*EPOCHS, "excel")
        node.as_written |= bool(one.values) or not as_number
        for key in one.keep:
            _add(top, f"{path.rpartition('.')[0]}.{key}").whole = True
    if mapping.turns:
        for key in mapping.turns.keep:
            _add(top, f"{mapping.turns.source}.{key}").whole = True
        _add(top, mapping.turns.source).shape = "a list"
    return top


def misfit(value: Any, node: Node, path: str = "") -> Broken | None:
    """Return why a value has another shape than in the records before; as a column it would lose what is in it."""
    if value is None or not (node.keys or node.whole):
        return None
    found = "a list" if isinstance(value, list) else "one value"
    if isinstance(value, dict) and not node.whole:
        found = "an object"
    node.shape = node.shape or ("an object" if node.keys and not node.whole and found == "one value" else found)
    if found != node.shape:
        return Broken("wrong_shape", found, node.shape, path)
    if node.whole:
        return None
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            return Broken("wrong_shape", "a list of single values", "a list of objects", path)
        for key, inner in node.keys.items():
            wrong = misfit(item.get(key), inner, f"{path}.{key}".lstrip("."))
            if wrong:
                return wrong
    return None


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


def settled(kind: pa.DataType) -> pa.DataType:
    """Return the type to read a key with: text where no value was seen yet."""
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(settled(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, settled(one.type)) for one in kind])
    return kind


def is_changed(kind: pa.DataType, node: Node) -> bool:
    """Return whether Arrow would change what is wanted: numbers as written to floats, objects by added keys."""
    if pa.types.is_list(kind):
        return is_changed(kind.value_type, node)
    if pa.types.is_struct(kind):
        if node.whole:
            return True
        return any(one.name in node.keys and is_changed(one.type, node.keys[one.name]) for one in kind)
    return bool(pa.types.is_floating(kind)) and node.as_written


def column(values: list[Any], node: Node) -> pa.Array:
    """Return one key's values as a column with only what is wanted below it; where types differ, all as texts."""
    pruned = [_pruned(value, node) for value in values]
    try:
        return pa.array(pruned, from_pandas=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        pass
    try:
        return pa.array([_texts(value) for value in pruned])
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else literal(value) for value in pruned], pa.string())


def _add(node: Node, path: str) -> Node:
    for key in path.split("."):
        node = node.keys.setdefault(key, Node())
    return node


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
