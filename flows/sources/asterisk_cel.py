"""Asterisk channel event log (CEL) by cel_custom, or a database export. See docs/sources/asterisk_cel.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import call_record, cdr_layout, cel_extra, local_stamps, times
from flows.reading.call_record import Record, queue_of
from flows.reading.contract import About
from flows.reading.csv_text import CsvText
from flows.reading.extra import extra
from flows.reading.spellings import check_spelling
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.records import Columns
    from schemas.errors import Where

Array = Any
ABOUT = About(
    "Asterisk channel event log (CEL)",
    read={
        "channel_event": (
            "kind user_kind happened_at channel peer_channel bridge_id caller called app hangup_cause hangup_source "
            "transfer_to extra"
        ),
        "interaction": "source_id disposition started_at ended_at",
        "leg": "answered_at ended_at transfer_to",
    },
    derived={
        "channel_event": "event_id system call_id channel_id utc_offset_min time_flag queue agent_id",
        "interaction": (
            "interaction_id channel direction customer_id queue answered_at utc_offset_min time_flag ivr_s queue_s "
            "outcome"
        ),
        "leg": "leg_id interaction_id leg_no agent_id queue started_at ring_s talk_s outcome transfer hangup_by",
    },
)
_COLUMNS = (
    *("eventtype", "eventtime", "cid_name", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten", "context"),
    *("channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "bridgepeer"),
    *("userfield", "userdeftype", "eventextra"),
)
_NEEDED = ("eventtype", "eventtime", "channame", "uniqueid", "linkedid")
_OTHER_NAMES = {"peer": "bridgepeer", "extra": "eventextra"}
_USED = (
    *("eventtype", "eventtime", "cid_num", "exten", "channame", "appname", "uniqueid", "linkedid", "bridgepeer"),
    *("userdeftype", "amaflags", "id"),
)
_EPOCH = r"^[0-9]{9,10}(\.[0-9]{1,6})?$"


@dataclass(frozen=True, kw_only=True)
class Settings(call_record.Exchange):
    """`[sources.settings]`. `date` is the `dateformat` of cel.conf; times that are epochs are told from their look."""

    columns: tuple[str, ...] = ()
    date: str = "iso"

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be used."""
        super().__post_init__()
        call_record.check_columns(self.columns, _NEEDED)
        check_spelling(self.date, has_date=True, has_time=None)


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    made = build(Settings, raw, where, error=ConfigError)
    call_record.check_zone(made.timezone, where("timezone"))
    call_record.check_text(made.encoding, made.delimiter, where)
    return made


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the events of a file as rows of `channel_event`, about 8 MB of it at a time."""
    known = cdr_layout.Known(_COLUMNS, _NEEDED, _OTHER_NAMES)
    layout = cdr_layout.layout(file, settings.delimiter, settings.encoding, settings.columns, known)
    with file.path.open("rb") as handle:
        for part in CsvText(handle, layout, file).columns():
            yield _chunk(part, settings, file)


def _chunk(part: Columns, settings: Settings, file: SourceFile) -> Chunk:
    found = Record(part, file)
    return found.chunk({"channel_event": _row(found, settings)} if found.length else {})


def _row(found: Record, settings: Settings) -> dict[str, Array]:
    kind, unique = found.text("eventtype", required=True), found.text("uniqueid", required=True)
    linked = found.text("linkedid", required=True)
    details = cel_extra.details(found, "eventextra")
    channel, app = found.maybe("channame"), found.maybe("appname")
    key = [unique, kind, *(found.maybe(one) for one in ("eventtime", "userdeftype", "appname", "bridgepeer"))]
    passage = pc.fill_null(pc.starts_with(channel, "Local/"), False)
    rest = {name: one for name, one in found.columns.arrays.items() if name not in _USED}
    return _time(found, settings, unique) | {
        "event_id": found.prefixed(found.joined([*key, found.maybe("eventextra")])),
        "system": found.system(),
        "call_id": found.prefixed(linked),
        "channel_id": found.prefixed(unique),
        "kind": kind,
        "user_kind": found.maybe("userdeftype"),
        "channel": channel,
        "peer_channel": found.maybe("bridgepeer"),
        "bridge_id": details["bridge_id"],
        "caller": found.maybe("cid_num"),
        "called": found.maybe("exten"),
        "app": app,
        "queue": queue_of(app, found.maybe("appdata")),
        "agent_id": pc.if_else(passage, pa.scalar(None, pa.string()), settings.agent(channel)),
        "hangup_cause": details["hangupcause"],
        "hangup_source": details["hangupsource"],
        "transfer_to": details["extension"],
        "extra": extra(rest, found.length),
    }


def _time(found: Record, settings: Settings, unique: Array) -> dict[str, Array]:
    """Return when the events happened: epochs, or local times checked by the channel's id."""
    text, zone = found.text("eventtime", required=True), settings.timezone or found.file.timezone
    is_epoch = pc.fill_null(pc.match_substring_regex(text, _EPOCH), False)
    nothing = pa.scalar(None, pa.string())
    exact = times.stamps([pc.if_else(is_epoch, text, nothing)], times.Spelling("epoch_s", None, None, "UTC"))
    local = pc.if_else(is_epoch, nothing, text)
    made = local_stamps.begin(local, unique, zone, found.file, settings.date)
    found.note("bad_time", "eventtime", "seconds since 1970, or a local time as `date` says", made.bad, text)
    found.note("dst_gap", "eventtime", f"a time the clocks of {zone} showed", made.gap, text)
    found.note(
        "clock_mismatch", "eventtime", "a time at or after the one in uniqueid; see timezone", made.mismatch, text
    )
    return {
        "happened_at": pc.coalesce(exact.values, made.values),
        "utc_offset_min": made.offset_min,
        "time_flag": pc.if_else(pc.is_valid(made.later), pa.scalar("dst_overlap"), nothing),
    }
