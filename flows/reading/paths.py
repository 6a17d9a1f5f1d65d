"""Dotted paths into nested columns: `Events.UnixTime` is a key of the structs in a list, or of a struct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.convert import Array, as_text, plain

if TYPE_CHECKING:
    from flows.reading.mapping import Field


class ManyValues(ValueError):
    """A path leads into a list, and the mapping does not say which element to take."""


def is_list(array: Array) -> bool:
    """Return whether each value is a list."""
    return bool(pa.types.is_list(array.type) or pa.types.is_large_list(array.type))


def follow(array: Array, path: list[str], one: Field | None = None) -> Array | None:
    """Return the values at `path` below a column, one a row; None when there is no such key anywhere in it.

    In a list of structs the first or last element with a value is taken, of those that `one.keep` keeps. Raises
    ManyValues when `one` does not say which.
    """
    array = plain(array)
    if is_list(array) and (path or (one and one.take)):
        return _from_list(array, path, one)
    if not path:
        return array
    if pa.types.is_struct(array.type) and array.type.get_field_index(path[0]) >= 0:
        return follow(pc.struct_field(array, path[0]), path[1:], one)
    if array.null_count == len(array):  # nothing there: not even a wrong key
        return pa.nulls(len(array), pa.string())
    return None


def list_items(array: Array) -> tuple[Array, Any]:
    """Return all elements of a list column, and for each (numpy) the row it belongs to."""
    array = plain(array)
    return pc.list_flatten(array), pc.list_parent_indices(array).to_numpy(zero_copy_only=False).astype("i8")


def kept(items: Array, keep: dict[str, tuple[str, ...]]) -> Any:
    """Return (numpy) which elements have one of the listed values in every listed key."""
    mask = np.ones(len(items), dtype=bool)
    for path, values in keep.items():
        column = follow(items, path.split("."))
        if column is None:
            return np.zeros(len(items), dtype=bool)
        found = pc.is_in(as_text(column), value_set=pa.array(values, pa.string()))
        mask &= found.to_numpy(zero_copy_only=False)
    return mask


def _from_list(array: Array, path: list[str], one: Field | None) -> Array | None:
    if one is None or one.take is None:
        raise ManyValues
    items, parent = list_items(array)
    if not len(items):
        return pa.nulls(len(array), pa.string())
    values = follow(items, path, one)
    if values is None:
        return None
    usable = pc.is_valid(values).to_numpy(zero_copy_only=False) & kept(items, one.keep)
    chosen = np.flatnonzero(usable)
    if one.take == "last":
        chosen = chosen[::-1]
    rows, first = np.unique(parent[chosen], return_index=True)
    at = np.full(len(array), -1, dtype="i8")
    at[rows] = chosen[first]
    return values.take(pa.array(at, mask=at < 0))
