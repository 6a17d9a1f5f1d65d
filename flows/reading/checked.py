"""The fields of known JSON records, converted; rows of the records where that went well, rejects of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, times
from flows.reading.contract import RECORD_COLUMNS, Chunk, conform, rejects
from flows.reading.fields import Problem
from flows.reading.json_records import EXTRA, leaf
from flows.reading.records import RAW_CHARACTERS

if TYPE_CHECKING:
    from flows.reading.contract import SourceFile
    from flows.reading.records import Columns

Array = Any
_ISO = times.Spelling("iso", None, None, "UTC")


class Checked:
    """Some records: their fields by path, converted on request, and the problems found on the way."""

    def __init__(self, columns: Columns, file: SourceFile) -> None:
        """Start with no problem known."""
        self.columns, self.file = columns, file
        self.problems: list[Problem] = []

    @property
    def extra(self) -> Array:
        """Return the members that have no column."""
        return self.columns.arrays[EXTRA]

    def text(self, path: str, *, required: bool = False) -> Array:
        """Return a text, trimmed; an empty one is none."""
        array = convert.without(pc.utf8_trim_whitespace(leaf(self.columns.arrays, path)), ("",))
        if required:
            self.note("missing_field", path, "a value", pc.is_null(array))
        return array

    def id(self, path: str, *, required: bool = False) -> Array:
        """Return an id with the system in front."""
        array = self.text(path, required=required)
        return pc.binary_join_element_wise(f"{self.file.system}:", array, "", null_handling="emit_null")

    def stamp(self, path: str, *, required: bool = False) -> Array:
        """Return a point in time; one without an offset is UTC."""
        text = self.text(path, required=required)
        made = times.stamps([text], _ISO)
        self.note("bad_time", path, "a time as 2026-03-02T08:00:00Z", made.bad, text)
        return made.values

    def seconds(self, path: str) -> Array:
        """Return a duration that stands in seconds; a negative one is none."""
        found = leaf(self.columns.arrays, path)
        array, bad = convert.durations(found)
        bad = pc.or_(bad, pc.fill_null(pc.less(found, 0), False))
        self.note("bad_duration", path, "seconds, 0 or more", bad, convert.as_text(found))
        return array

    def there(self, path: str) -> Array:
        """Return whether an object stands there."""
        return pc.is_valid(leaf(self.columns.arrays, path))

    def note(self, rule: str, path: str, expected: str, bad: Array, found: Array | None = None) -> None:
        """Remember which records break a rule."""
        mask = pc.fill_null(bad, False).to_numpy(zero_copy_only=False)
        if mask.any():
            self.problems.append(Problem(rule, path, expected, mask, found))

    def chunk(self, tables: dict[str, dict[str, Array]]) -> Chunk:
        """Return the rows (one a record and table) of the records without a problem, and the others as rejects."""
        bad = np.zeros(len(self.columns.record_no), dtype=bool)
        for problem in self.problems:
            bad |= problem.mask
        broken = self.columns.broken + [one for at in np.flatnonzero(bad) for one in self._rejected(int(at))]
        broken.sort(key=lambda one: one["record_no"])
        out = Chunk(self.columns.read, self.columns.ignored, rejects=rejects(broken, self.file))
        good = pa.array(np.flatnonzero(~bad))
        if len(good):
            origin = {name: getattr(self.columns, name) for name in RECORD_COLUMNS}
            for name, made in tables.items():
                rows = {key: array.take(good) for key, array in (made | origin).items()}
                out.tables[name] = [conform(name, rows, self.file)]
        return out

    def _rejected(self, at: int) -> list[dict[str, Any]]:
        place = {name: getattr(self.columns, name)[at].as_py() for name in RECORD_COLUMNS}
        place["raw"] = self.columns.raw(at)[:RAW_CHARACTERS]
        return [problem.at(at) | place for problem in self.problems if problem.mask[at]]
