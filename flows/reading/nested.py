"""Lists inside JSON records as columns of their own: each item knows its record, and the item it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, times
from flows.reading.checked import Checked
from flows.reading.contract import RECORD_COLUMNS, Chunk, conform, rejects
from flows.reading.fields import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = Any
_ISO = times.Spelling("iso", None, None, "UTC")
_MOST_MS = 999_999_999_999  # what the type holds; the limits of every table are far below
_MILLI = pa.scalar("0.001").cast(pa.decimal128(4, 3))
_NOTHING = np.iinfo("i8").min


@dataclass
class Items:
    """Items of lists: `struct` has their fields; `parent` (numpy) is the item above, `record` the record."""

    struct: Array
    parent: Any
    record: Any
    path: str

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.struct)

    def text(self, name: str) -> Array:
        """Return a text, trimmed; an empty one is none."""
        return convert.without(pc.utf8_trim_whitespace(pc.struct_field(self.struct, name)), ("",))

    def inner(self, name: str) -> Items:
        """Return the items of a list each of these items has."""
        return _items(pc.struct_field(self.struct, name), self.record, f"{self.path}.{name}")

    def sums(self, values: Any, chosen: Any, length: int) -> Array:
        """Return the exact sums of whole numbers by parent, as seconds; NULL where no item is chosen."""
        owner = self.parent[chosen]
        sums = np.bincount(owner, weights=values[chosen], minlength=length)
        return seconds(sums, np.bincount(owner, minlength=length) > 0)

    def any(self, chosen: Any, length: int) -> Any:
        """Return (numpy) which parents have a chosen item."""
        return np.bincount(self.parent[chosen], minlength=length) > 0

    def pick(self, values: Array, order: Any, chosen: Any, length: int, *, last: bool = False) -> Array:
        """Return the value of each parent's first (or last) chosen item; `order` (numpy) sorts them."""
        there = np.flatnonzero(chosen & pc.is_valid(values).to_numpy(zero_copy_only=False))
        ranked = there[np.argsort(order[there], kind="stable")]
        at = np.full(length, -1, dtype="i8")
        ranked = ranked if last else ranked[::-1]
        at[self.parent[ranked]] = ranked  # of several the last one stays
        return values.take(pa.array(at, mask=at < 0))


class NestedRecords(Checked):
    """Some records with lists in them."""

    def items(self, name: str) -> Items:
        """Return the items of a list the records have."""
        return _items(self.columns.arrays[name], np.arange(len(self.columns.record_no)), name)

    def item_stamps(self, items: Items, name: str) -> Array:
        """Return points in time of items; a bad one makes the whole record unusable: half of it would mislead."""
        text = items.text(name)
        made = times.stamps([text], _ISO)
        self.note_items(items, "bad_time", name, "a time as 2026-03-02T08:00:00Z", made.bad, text)
        return made.values

    def note_items(self, items: Items, rule: str, name: str, expected: str, bad: Array, found: Array) -> None:
        """Remember which records have items that break a rule, and what the first of them has."""
        wrong = np.flatnonzero(pc.fill_null(bad, False).to_numpy(zero_copy_only=False))
        if not len(wrong):
            return
        mask = np.zeros(len(self.columns.record_no), dtype=bool)
        mask[items.record[wrong]] = True
        shown: list[str | None] = [None] * len(mask)
        for at in wrong[::-1]:
            shown[items.record[at]] = found[int(at)].as_py()
        path = f"{items.path}.{name}"
        self.problems.append(Problem(rule, path, expected, mask, pa.array(shown, pa.string())))

    def chunk_of(self, tables: Mapping[str, tuple[dict[str, Array], Any]]) -> Chunk:
        """Return rows of the records without a problem, the others as rejects, those with neither as ignored.

        `tables` has by name the columns and for each row (numpy) its record.
        """
        good = np.ones(len(self.columns.record_no), dtype=bool)
        for problem in self.problems:
            good &= ~problem.mask
        broken = self.columns.broken + [one for at in np.flatnonzero(~good) for one in self._rejected(int(at))]
        broken.sort(key=lambda one: one["record_no"])
        out = Chunk(self.columns.read, self.columns.ignored, rejects=rejects(broken, self.file))
        with_rows = np.zeros(len(good), dtype=bool)
        for name, (made, record) in tables.items():
            kept = np.flatnonzero(good[record])
            with_rows[record[kept]] = True
            if len(kept):
                at, owner = pa.array(kept), pa.array(record[kept])
                rows = {key: array.take(at) for key, array in made.items()}
                rows |= {key: getattr(self.columns, key).take(owner) for key in RECORD_COLUMNS}
                out.tables[name] = [conform(name, rows, self.file)]
        out.ignored += int((good & ~with_rows).sum())
        return out


def seconds(ms: Any, known: Any) -> Array:
    """Return milliseconds (numpy) as seconds, NULL where not known; thirty years and more are cut off at that."""
    whole = np.rint(np.minimum(np.where(known, ms, 0), _MOST_MS)).astype("i8")
    exact = pc.multiply(pa.array(whole, mask=~known).cast(pa.decimal128(19, 0)), _MILLI)
    return exact.cast(pa.decimal128(12, 3))


def order_of(stamps: Array) -> Any:
    """Return (numpy) what sorts points in time; unknown ones come first."""
    return pc.fill_null(stamps.cast(pa.int64()), _NOTHING).to_numpy(zero_copy_only=False)


def newest(*stamps: Array) -> Array:
    """Return the latest of several points in time, NULL where none is known."""
    return pc.max_element_wise(*(one.cast(pa.int64()) for one in stamps)).cast(pa.timestamp("us", tz="UTC"))


def span_ms(start: Array, end: Array) -> tuple[Any, Any]:
    """Return (numpy) milliseconds from start to end, and where both are known."""
    known = pc.and_(pc.is_valid(start), pc.is_valid(end)).to_numpy(zero_copy_only=False)
    took = pc.subtract(end.cast(pa.int64()), start.cast(pa.int64()))
    return pc.fill_null(took, 0).to_numpy(zero_copy_only=False) // 1000, known


def renamed(array: Array, names: Mapping[str, str]) -> Array:
    """Return names for ids; an id without one stays."""
    if not names:
        return array
    at = pc.index_in(array, value_set=pa.array(list(names), pa.string()))
    return pc.coalesce(pa.array(list(names.values()), pa.string()).take(at), array)


def _items(lists: Array, record: Any, path: str) -> Items:
    parent = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    flat = pc.list_flatten(lists)
    there = pc.is_valid(flat)
    if flat.null_count:
        flat, parent = flat.filter(there), parent[there.to_numpy(zero_copy_only=False)]
    return Items(flat, parent, record[parent] if len(parent) else parent.astype("i8"), path)
