"""Asterisk call detail records: Master.csv and exports of the database. See docs/sources/asterisk_cdr.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import call_record, cdr_layout, local_stamps
from flows.reading.call_record import Record, is_one_of, queue_of
from flows.reading.cdr_agent import agent
from flows.reading.contract import About
from flows.reading.csv_text import CsvText
from flows.reading.extra import extra
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.records import Columns
    from schemas.errors import Where

Array = Any
ABOUT = About(
    "Asterisk call detail records (CDR)",
    read={
        "call_record": (
            "channel peer_channel caller called app started_at answered_at ended_at duration_s billed_s "
            "disposition extra"
        ),
        "interaction": "source_id disposition started_at ended_at extra",
        "leg": "agent_id ended_at extra",
    },
    derived={
        "call_record": (
            "record_id system channel_id call_id direction utc_offset_min time_flag queue agent_id agent_role is_taken "
            "is_voicemail offered_at taken_at ring_s talk_s"
        ),
        "interaction": (
            "interaction_id channel direction customer_id queue answered_at utc_offset_min time_flag outcome"
        ),
        "leg": "leg_id interaction_id leg_no queue started_at answered_at ring_s talk_s outcome",
    },
)
_DISPOSITIONS = ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION")
_LENGTHS = ("duration", "billsec", "disposition")
_NEEDED = ("start", "channel", "dstchannel", *_LENGTHS)
_NEVER = ("0000-00-00 00:00:00", "NULL", r"\N")
_USED = (
    *("src", "dst", "channel", "dstchannel", "lastapp", "start", "answer", "end", "duration", "billsec"),
    *("disposition", "uniqueid", "linkedid", "sequence", "amaflags"),
)


@dataclass(frozen=True, kw_only=True)
class Settings(call_record.Exchange):
    """`[sources.settings]`. `columns` names those of a file without header whose layout is none of Asterisk's own."""

    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be used."""
        super().__post_init__()
        call_record.check_columns(self.columns, _NEEDED)


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    made = build(Settings, raw, where, error=ConfigError)
    call_record.check_zone(made.timezone, where("timezone"))
    call_record.check_text(made.encoding, made.delimiter, where)
    return made


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the records of a file as rows of `call_record`, about 8 MB of it at a time."""
    layout = cdr_layout.layout(file, settings.delimiter, settings.encoding, settings.columns)
    with file.path.open("rb") as handle:
        for part in CsvText(handle, layout, file).columns():
            yield _chunk(part, settings, file)


def _chunk(part: Columns, settings: Settings, file: SourceFile) -> Chunk:
    found = Record(part, file)
    return found.chunk({"call_record": _row(found, settings)} if found.length else {})


def _row(found: Record, settings: Settings) -> dict[str, Array]:
    zone = settings.timezone or found.file.timezone
    unique = found.maybe("uniqueid")
    app, disposition = found.maybe("lastapp"), pc.utf8_upper(found.text("disposition", required=True))
    other = pc.and_(pc.is_valid(disposition), pc.invert(is_one_of(disposition, _DISPOSITIONS)))
    found.note("unknown_disposition", "disposition", " or ".join(_DISPOSITIONS), other, disposition)
    duration, billed = found.seconds("duration"), found.seconds("billsec")
    whole = _times(found, zone, unique, duration, billed, disposition)
    words = [found.maybe(one) for one in ("start", "channel", "dstchannel", "lastapp", *_LENGTHS)]
    numbered = pc.binary_join_element_wise(unique, found.maybe("sequence"), "#", null_handling="emit_null")
    record = pc.coalesce(numbered, found.joined([unique, *words]))
    out = whole | {
        "record_id": found.prefixed(record),
        "system": found.system(),
        "channel_id": found.prefixed(unique),
        "call_id": found.prefixed(pc.coalesce(found.maybe("linkedid"), unique, record)),
        "channel": found.maybe("channel"),
        "peer_channel": found.maybe("dstchannel"),
        "caller": found.maybe("src"),
        "called": found.maybe("dst"),
        "app": app,
        "duration_s": duration,
        "billed_s": billed,
        "disposition": disposition,
        "queue": queue_of(app, found.maybe("lastdata")),
        "extra": extra({name: one for name, one in found.columns.arrays.items() if name not in _USED}, found.length),
    }
    return out | agent(out, settings)


def _times(
    found: Record, zone: str, unique: Array, duration: Array, billed: Array, disposition: Array
) -> dict[str, Array]:
    """Return start, answer and end; a database export has the start alone, and the others follow from the lengths."""
    text = found.text("start", required=True)
    start = local_stamps.begin(text, unique, zone, found.file)
    found.note("bad_time", "start", "a local time as 2026-03-02 08:00:00", start.bad, text)
    found.note("dst_gap", "start", f"a time the clocks of {zone} showed", start.gap, text)
    found.note(
        "clock_mismatch",
        "start",
        "a time at or after the one in uniqueid; see the setting timezone",
        start.mismatch,
        text,
    )
    if "end" in found.columns.arrays:
        ended = found.local("end", start, zone, _NEVER)
        answered = found.local("answer", start, zone, _NEVER)
    else:
        ended = call_record.plus(start.values, duration)
        talked = pc.equal(disposition, "ANSWERED")
        answered = pc.if_else(talked, call_record.plus(ended, billed, sign=-1), pa.scalar(None, ended.type))
    twice = pc.is_valid(start.later)
    return {
        "started_at": start.values,
        "answered_at": answered,
        "ended_at": ended,
        "utc_offset_min": start.offset_min,
        "time_flag": pc.if_else(twice, pa.scalar("dst_overlap"), pa.scalar(None, pa.string())),
    }
