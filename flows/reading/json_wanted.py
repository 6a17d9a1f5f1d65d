"""What a mapping wants of a JSON record, as a tree of keys, and which shapes values must have there.

A value of another shape than its path needs would be lost as a column (`agent.name` of a text is nothing), so its
record is rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from flows.reading.blocks import Broken
from flows.reading.times import EPOCHS

if TYPE_CHECKING:
    from flows.reading.mapping import Mapping

_NUMBERS = ("seconds", "int", "float")


@dataclass
class Node:
    """What is wanted of one key: the value as a `whole`, or keys below it.

    `as_written`: numbers must stay texts. `many`: it may be a list of which one element is taken. `shape` is what it
    must be: "a list", "an object" or "one value"; for `many` it is what the file's first one is.
    """

    keys: dict[str, Node] = field(default_factory=dict)
    whole: bool = False
    as_written: bool = False
    many: bool = False
    shape: str | None = None


def wanted(mapping: Mapping) -> Node:
    """Return what a mapping wants of a record."""
    top = Node()
    for path, one, target in mapping.paths():
        leaf = _add(top, path, many=one.take is not None)
        top.keys.setdefault(path, leaf)  # a key may have dots in its name
        leaf.whole = True
        leaf.many |= target.type == "texts"
        as_number = target.type in _NUMBERS or one.date in (*EPOCHS, "excel")
        leaf.as_written |= bool(one.values) or not as_number
        for key in one.keep:
            _add(top, f"{path.rpartition('.')[0]}.{key}").whole = True
    if mapping.turns:
        for key in mapping.turns.keep:
            _add(top, f"{mapping.turns.source}.{key}").whole = True
        _add(top, mapping.turns.source).shape = "a list"
    return top


def misfit(value: Any, node: Node, path: str = "") -> Broken | None:
    """Return why a parsed value has not the shape its path needs."""
    if value is None or (node.whole and not node.many):  # whatever it is, it is taken as it stands
        return None
    found = "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "one value"
    if node.whole:
        found = "one value" if found == "an object" else found
    elif found == "one value" or (found == "a list" and not (node.many or node.shape)):
        return Broken("wrong_shape", found, node.shape or "an object", path)
    node.shape = node.shape or (found if node.many else "an object")
    if found != node.shape:
        return Broken("wrong_shape", found, node.shape, path)
    return None if node.whole else _misfit_below(value if isinstance(value, list) else [value], node, path)


def is_changed(kind: pa.DataType, node: Node) -> bool:
    """Return whether a column of this type has another shape than needed, or is not as the records were written."""
    if pa.types.is_null(kind):
        return False
    if pa.types.is_list(kind):
        allowed = node.whole or node.many or node.shape == "a list"
        return not allowed or (node.shape or "a list") != "a list" or _item_is_changed(kind.value_type, node)
    return node.shape == "a list" or _item_is_changed(kind, node)


def _item_is_changed(kind: pa.DataType, node: Node) -> bool:
    if pa.types.is_struct(kind):
        below = (is_changed(one.type, node.keys[one.name]) for one in kind if one.name in node.keys)
        return node.whole or any(below)  # as a whole it would get the keys of all other records
    if pa.types.is_null(kind):
        return False
    if not node.whole:
        return True
    return pa.types.is_list(kind) or (bool(pa.types.is_floating(kind)) and node.as_written)


def _misfit_below(items: list[Any], node: Node, path: str) -> Broken | None:
    for item in items:
        if item is None:
            continue
        if not isinstance(item, dict):
            return Broken("wrong_shape", "a list of single values", "a list of objects", path)
        for key, inner in node.keys.items():
            wrong = misfit(item.get(key), inner, f"{path}.{key}".lstrip("."))
            if wrong:
                return wrong
    return None


def _add(node: Node, path: str, *, many: bool = False) -> Node:
    for key in path.split("."):
        node = node.keys.setdefault(key, Node())
        node.many |= many
    return node
