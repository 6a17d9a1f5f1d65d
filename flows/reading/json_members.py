"""The members of JSON objects as they stand in the file: what has no column is kept aside without being parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.json_objects import OPEN, between, outside, real_quotes

if TYPE_CHECKING:
    from collections.abc import Collection

Array = Any
_STEP = np.zeros(256, dtype="i8")
_STEP[list(b"{[")] = 1
_STEP[list(b"}]")] = -1
_NOTHING = pa.array(["null", "{}", "[]", '""'], pa.string())


def others(data: bytes, starts: Any, ends: Any, known: Collection[str]) -> Array:
    """Return the members of each object whose names are not in `known`, as one JSON text; NULL where there are none.

    `data[starts[i]:ends[i]]` must be valid objects in UTF-8. Members without a value are left out.
    """
    raw = _alone(data, starts, ends)
    quotes = real_quotes(raw)
    # { and [, } and ] differ in the one bit that is cleared here.
    marks = outside(np.flatnonzero(((raw & 0xDF) == 0x5B) | ((raw & 0xDF) == 0x5D) | (raw == 44)), quotes)
    depth = np.cumsum(_STEP[raw[marks]])
    before = np.r_[0, depth[:-1]]
    borders = np.flatnonzero(((raw[marks] == OPEN) & (before == 0)) | (depth == 0) | ((depth == 1) & (before == 1)))
    is_last = depth[borders] == 0  # the closing brace
    record = np.cumsum(np.r_[0, is_last[:-1]])[~is_last]
    left, right = marks[borders][~is_last] + 1, marks[borders][np.r_[False, ~is_last[:-1]]]
    first = np.searchsorted(quotes, left)
    named = (first < len(quotes)) & (quotes[np.minimum(first, len(quotes) - 1)] < right)  # {} has no member
    record, right, first = record[named], right[named], first[named]
    key_from, key_to = quotes[first], quotes[first + 1] + 1
    strange = np.flatnonzero(~_among(raw, key_from, key_to, known))
    value = pc.utf8_trim_whitespace(pc.utf8_ltrim(_texts(raw, key_to[strange], right[strange]), " \t\r\n:"))
    full = pc.invert(pc.is_in(value, _NOTHING))
    key = _texts(raw, key_from[strange], key_to[strange])
    members = pc.binary_join_element_wise(key, value, ":").filter(full)
    return _joined(members, record[strange][full.to_numpy(zero_copy_only=False)], len(starts))


def _among(raw: Any, starts: Any, ends: Any, known: Collection[str]) -> Any:
    """Return which keys, quotes included, are among the known names: compared length by length."""
    lengths = ends - starts
    found = np.zeros(len(starts), dtype=bool)
    names = [f'"{name}"'.encode() for name in known]
    for length in {len(name) for name in names}:
        at = np.flatnonzero(lengths == length)
        if len(at):
            windows: Any = np.ndarray(len(raw) - length + 1, f"S{length}", raw.data, strides=(1,))
            found[at] = np.isin(windows[starts[at]], [name for name in names if len(name) == length])
    return found


def _alone(data: bytes, starts: Any, ends: Any) -> Any:
    """Return the bytes of the objects and those between them as blanks."""
    raw = np.frombuffer(data, dtype="u1")[int(starts[0]) : int(ends[-1])]
    gaps = between(ends[:-1], starts[1:]) - int(starts[0])
    if len(gaps):
        raw = raw.copy()
        raw[gaps] = 32
    return raw


def _texts(raw: Any, starts: Any, ends: Any) -> Array:
    offsets = np.r_[0, np.cumsum(ends - starts)].astype("i4")
    content = np.ascontiguousarray(raw[between(starts, ends)]) if len(starts) else np.zeros(0, dtype="u1")
    return pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(content))


def _joined(members: Array, record: Any, length: int) -> Array:
    offsets = np.searchsorted(record, np.arange(length + 1)).astype("i4")
    lists = pa.ListArray.from_arrays(pa.array(offsets), members)
    texts = pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")
    return pc.if_else(pa.array(np.diff(offsets) > 0), texts, pa.scalar(None, pa.string()))
