"""Asterisk queue_log as a table of a database, exported as CSV with a header. See docs/sources/queue_log_db.md."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import convert, queue_events, times
from flows.reading.csv_text import CsvText
from flows.reading.mapping import Mapping as Dialect
from flows.reading.queue_events import FIELDS, Repeats
from flows.reading.records import Columns
from schemas.errors import ConfigError, InputRefused, Where, nearest
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile

Array = Any
ABOUT = queue_events.about("Asterisk queue_log table", local=True)
_NAMES = {
    "time": ("time",),
    "call": ("callid",),
    "queue": ("queuename", "queue"),
    "agent": ("agent",),
    "verb": ("event",),
}
_DATA = ("data", "data1", "data2", "data3", "data4", "data5")
_IS_EPOCH = r"^[0-9]{1,12}(\.[0-9]{0,9})?$"


@dataclass(frozen=True)
class Settings(queue_events.Settings):
    """`timezone` is the database's, for times without an offset (default: the site's).

    `null_values` are spellings of no value, `ignore` columns that are of no use here.
    """

    timezone: str = ""
    delimiter: str = ","
    null_values: tuple[str, ...] = ("\\N", "NULL")
    ignore: tuple[str, ...] = ("id", "created")

    def __post_init__(self) -> None:
        """Refuse an unknown zone and a delimiter of more or less than one byte."""
        super().__post_init__()
        if len(self.delimiter.encode()) != 1 or self.delimiter in '"\r\n\0':
            raise ValueError(f"delimiter = {self.delimiter!r}, expected one character such as , or ;")
        try:
            ZoneInfo(self.timezone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"unknown time zone {self.timezone!r}, expected a name such as Europe/Berlin") from None


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    return build(Settings, raw, where, error=ConfigError)


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the events of a file as rows of `queue_event`. Raises InputRefused for columns that do not fit."""
    repeats, zone = Repeats(), settings.timezone or file.timezone
    with file.path.open("rb") as handle:
        text = CsvText(handle, Dialect("", {}, delimiter=settings.delimiter, encoding=settings.encoding), file)
        places = _places(text, file, settings)
        for columns in text.columns():
            known = replace(columns, arrays=_known(columns, places, settings))
            yield queue_events.chunk(known, file, settings, repeats, lambda time, call: _stamps(time, call, zone))


def _places(text: CsvText, file: SourceFile, settings: Settings) -> dict[str, str]:
    """Return the file's name of every column that is read."""
    where = Where(file.name, line=text.header_line)
    given = {name.strip().lower(): name for name in text.names}
    wanted = [*(name for names in _NAMES.values() for name in names), *_DATA]
    places = {}
    for field, names in _NAMES.items():
        known = [given[name] for name in names if name in given]
        if not known:
            raise InputRefused(
                f"no column {names[0]!r}", where=where, found=", ".join(text.names[:20]), fix=nearest(names[0], given)
            )
        places[field] = known[0]
    places |= {name: given[name] for name in _DATA if name in given}
    if not places.keys() & set(_DATA):
        raise InputRefused("no column 'data' and none 'data1'", where=where, found=", ".join(text.names[:20]))
    ignored = {name.lower() for name in settings.ignore}
    unknown = [name for low, name in given.items() if name not in places.values() and low not in ignored]
    if unknown:
        fix = f"{nearest(unknown[0], wanted)} Or list it under `ignore`."
        raise InputRefused("unknown column", where=where, found=", ".join(unknown[:20]), fix=fix)
    return places


def _known(columns: Columns, places: Mapping[str, str], settings: Settings) -> dict[str, Array]:
    """Return the records' texts under FIELDS; arguments in columns of their own are joined as the file has them."""
    arrays = {
        name: pc.fill_null(convert.without(columns.arrays[place], settings.null_values), "")
        for name, place in places.items()
    }
    out = {name: pc.utf8_trim_whitespace(arrays[name]) for name in FIELDS[:-1]}
    data = [arrays[name] for name in _DATA if name in arrays]
    # The five columns hold the first five arguments: one that is missing in between is an empty one.
    return out | {FIELDS[-1]: data[0] if len(data) == 1 else pc.binary_join_element_wise(*data, "|")}


def _stamps(time: Array, call: Array, zone: str) -> times.Stamps:
    """Read epochs and local times, also side by side.

    Of a local time that happened twice, the second is meant where the first is before the call began: a call's id has
    the second its channel was made in.
    """
    is_epoch = pc.match_substring_regex(time, _IS_EPOCH)
    none = pa.scalar(None, pa.string())
    epoch = times.stamps([pc.if_else(is_epoch, time, none)], times.Spelling("epoch_s", None, None, "UTC"))
    shown = pc.if_else(pc.or_(is_epoch, pc.equal(time, "")), none, time)
    local = times.stamps([shown], times.Spelling("iso", None, None, zone))
    began = pc.struct_field(pc.extract_regex(call, r"(?:^|-)(?P<s>[0-9]{9,11})\.[0-9]+$"), "s")
    began = times.stamps([began], times.Spelling("epoch_s", None, None, "UTC")).values
    values = times.not_before(local.values, local.later, began)
    certain = pc.fill_null(pc.not_equal(values, local.values), False)
    moved = pc.divide(pc.subtract(values.cast(pa.int64()), local.values.cast(pa.int64())), 60_000_000)
    return times.Stamps(
        pc.coalesce(epoch.values, values),
        pc.or_(pc.or_(epoch.bad, local.bad), pc.equal(time, "")),
        local.gap,
        pc.if_else(certain, pa.scalar(None, local.later.type), local.later),
        pc.subtract(local.offset_min, pc.if_else(certain, moved, 0)),
    )
