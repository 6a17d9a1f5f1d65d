"""What the files of Zendesk share: ids that stand as numbers, minutes, names for agents and groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading.checked import Checked
from flows.reading.json_records import leaf
from flows.reading.nested import seconds

Array = Any
_LONGEST_S = 10**9 - 1
SYSTEM_USER = "-1"


@dataclass(frozen=True)
class People:
    """`agents` gives a user's id the agent id used elsewhere; all others keep their own."""

    agents: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse ids that are no numbers: they would never be found."""
        wrong = [name for name in self.agents if not name.isdecimal()]
        if wrong:
            raise ValueError(f"agents: {wrong[0]!r} is no user id")


class ZendeskRecords(Checked):
    """Some records of an export."""

    def number(self, path: str, *, required: bool = False) -> Array:
        """Return an id as text."""
        array = leaf(self.columns.arrays, path).cast(pa.string())
        if required:
            self.note("missing_field", path, "a value", pc.is_null(array))
        return array

    def prefixed(self, path: str, *, required: bool = False) -> Array:
        """Return an id with the system in front."""
        array = self.number(path, required=required)
        return pc.binary_join_element_wise(f"{self.file.system}:", array, "", null_handling="emit_null")

    def span(self, path: str, unit_s: int) -> Array:
        """Return a duration that stands in units of so many seconds; a negative one is none."""
        found = leaf(self.columns.arrays, path)
        wrong = pc.or_(pc.less(found, 0), pc.greater(found, _LONGEST_S // unit_s))
        self.note("bad_duration", path, "a number, 0 or more", wrong, found.cast(pa.string()))
        known = pc.and_not(pc.is_valid(found), pc.fill_null(wrong, True)).to_numpy(zero_copy_only=False)
        whole = pc.fill_null(found, 0).to_numpy(zero_copy_only=False)
        return seconds(np.where(known, whole, 0) * (unit_s * 1000), known)

    def same(self, value: str) -> Array:
        """Return one text for every record."""
        return pa.repeat(pa.scalar(value), len(self.columns.record_no))


def as_it_is(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record of the one spelling there is."""
    return record
