"""What the formats of telephone exchanges share: settings, fields of a record, and its conversion to a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, local_stamps
from flows.reading.checked import Checked
from flows.reading.encodings import check_encoding
from flows.reading.phones import Phones
from schemas.errors import ConfigError, MappingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.reading.local_stamps import Start
    from schemas.errors import Where

Array = Any
_US = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Exchange(Phones):
    """How an exchange writes delimited records. `timezone` is that of its local times; default: the site's.

    `phone_answers_in` names the applications in which a call is answered only by the phone it rings, so that the time
    from the exchange's answer on is the agent's talk.
    """

    timezone: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    phone_answers_in: tuple[str, ...] = ()


def check_text(encoding: str, delimiter: str, where: Callable[[str], Where]) -> None:
    """Raise ConfigError for an encoding or a delimiter that cannot be read."""
    try:
        check_encoding(encoding, where("encoding"))
    except MappingError as problem:
        raise ConfigError(
            problem.what, where=problem.where, found=problem.found, expected=problem.expected, fix=problem.fix
        ) from None
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise ConfigError("not a delimiter", where=where("delimiter"), found=delimiter, expected="one character")


def check_columns(columns: tuple[str, ...], needed: tuple[str, ...]) -> None:
    """Raise ValueError for listed columns of which one is missing or stands twice. None listed is fine."""
    missing = [one for one in needed if columns and one not in columns]
    twice = [one for one in columns if columns.count(one) > 1]
    if missing or twice:
        raise ValueError(f"no column {missing[0]!r}" if missing else f"two columns are called {twice[0]!r}")


def check_zone(zone: str | None, where: Where) -> None:
    """Raise ConfigError for a time zone that does not exist."""
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):  # not found, or no name of a zone at all
        raise ConfigError("unknown time zone", where=where, found=zone, expected="such as Europe/Berlin") from None


class Record(Checked):
    """Some delimited records; a column the file does not have is NULL."""

    @property
    def length(self) -> int:
        """Return how many records there are."""
        return len(self.columns.record_no)

    def maybe(self, name: str) -> Array:
        """Return a text of a column that may not be there."""
        return self.text(name) if name in self.columns.arrays else pa.nulls(self.length, pa.string())

    def seconds(self, path: str) -> Array:
        """Return a duration in seconds; it is required to be a number, 0 or more."""
        text = self.maybe(path)
        array, bad = convert.durations(text)
        bad = pc.or_(bad, pc.fill_null(pc.less(array, 0), False))
        self.note("bad_duration", path, "seconds, 0 or more", bad, text)
        return array

    def system(self) -> Array:
        """Return the system of every record."""
        return pa.repeat(pa.scalar(self.file.system), self.length)

    def prefixed(self, array: Array) -> Array:
        """Return ids with the system in front."""
        return pc.binary_join_element_wise(f"{self.file.system}:", array, "", null_handling="emit_null")

    def joined(self, arrays: list[Array]) -> Array:
        """Return texts joined by `|`; one that is not there is empty."""
        return pc.binary_join_element_wise(*(pc.fill_null(one, "") for one in arrays), "|")

    def local(self, name: str, start: Start, zone: str, never: tuple[str, ...]) -> Array:
        """Return a local time after the start; `never` are spellings of none."""
        text = convert.without(self.maybe(name), never)
        values, bad = local_stamps.after(text, start, zone)
        self.note("bad_time", name, f"a time the clocks of {zone} showed, as 2026-03-02 08:00:00", bad, text)
        return values


def plus(stamps: Array, seconds: Array, sign: int = 1) -> Array:
    """Return times moved by a number of seconds."""
    us = pc.multiply(seconds, pa.scalar(_US, pa.int64())).cast(pa.int64())
    moved = pc.add(stamps, us.cast(pa.duration("us"))) if sign > 0 else pc.subtract(stamps, us.cast(pa.duration("us")))
    return moved.cast(stamps.type)


def is_one_of(array: Array, values: tuple[str, ...]) -> Array:
    """Return whether a text is one of some; NULL is none."""
    return pc.is_in(array, value_set=pa.array(list(values), pa.string()))


def queue_of(app: Array, data: Array) -> Array:
    """Return the queue's name, which stands before the first comma of the arguments, where the application is Queue."""
    name = convert.without(pc.replace_substring_regex(data, "^([^,|]*).*$", r"\1"), ("",))
    return pc.if_else(pc.fill_null(pc.equal(app, "Queue"), False), name, pa.scalar(None, pa.string()))
