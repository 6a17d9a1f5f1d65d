"""FreeSWITCH call legs by mod_cdr_csv: one line a leg, columns by template. See docs/sources/freeswitch_csv.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.reading import call_record, freeswitch
from flows.reading.contract import About
from flows.reading.csv_text import CsvText
from flows.reading.mapping import Mapping as Layout
from schemas.errors import ConfigError
from schemas.typed import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.reading.contract import Chunk, SourceFile
    from flows.reading.records import Columns
    from schemas.errors import Where

ABOUT = About(
    "FreeSWITCH call legs as CSV",
    read={
        "call_record": (
            "record_id channel_id peer_id caller called started_at answered_at ended_at duration_s billed_s "
            "hangup_cause"
        ),
        "interaction": "source_id started_at ended_at disposition",
        "leg": "ended_at",
    },
    derived={
        "call_record": (
            "system call_id direction channel peer_channel utc_offset_min time_flag agent_id agent_role is_taken "
            "offered_at taken_at ring_s talk_s"
        ),
        "interaction": "interaction_id channel direction customer_id answered_at utc_offset_min time_flag outcome",
        "leg": "leg_id interaction_id leg_no agent_id started_at answered_at ring_s talk_s outcome",
    },
)
_DEFAULT = (
    *("caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp", "answer_stamp"),
    *("end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid", "accountcode"),
    *("read_codec", "write_codec"),
)

_STARTS = ("start_stamp", "start_epoch", "start_uepoch")


@dataclass(frozen=True, kw_only=True)
class Settings(freeswitch.Leg):
    """`[sources.settings]`. `columns` are the names of the template's variables, in order."""

    columns: tuple[str, ...] = _DEFAULT
    encoding: str = "utf-8"
    delimiter: str = ","

    def __post_init__(self) -> None:
        """Raise ValueError for columns that make no record."""
        super().__post_init__()
        call_record.check_columns(self.columns, ("uuid",))
        if not set(_STARTS) & set(self.columns):
            raise ValueError(f"no column {', '.join(_STARTS[:-1])} or {_STARTS[-1]}")


def settings(raw: Mapping[str, Any], where: Callable[[str], Where]) -> Settings:
    """Return checked settings. Raises ConfigError naming the key."""
    made = build(Settings, raw, where, error=ConfigError)
    freeswitch.check(made, where)
    call_record.check_text(made.encoding, made.delimiter, where)
    return made


def read(file: SourceFile, settings: Settings) -> Iterator[Chunk]:
    """Yield the legs of a file as rows of `call_record`, about 8 MB of it at a time."""
    layout = Layout(
        "call", {}, delimiter=settings.delimiter, encoding=settings.encoding, header=False, names=settings.columns
    )
    with file.path.open("rb") as handle:
        for part in CsvText(handle, layout, file).columns():
            if len(part.record_no):
                _complete(part)
            yield freeswitch.chunk(part, settings, file)


def _complete(part: Columns) -> None:
    """Fill in what the default template leaves out: the direction, and names of channels made from numbers.

    The module writes the callers' legs unless told otherwise; a template for both must have `direction`.
    """
    found, length = part.arrays, len(part.record_no)
    found.setdefault("direction", pa.repeat(pa.scalar("inbound"), length))
    for number, channel in (("caller_id_number", "channel_name"), ("destination_number", "bridge_channel")):
        if number in found and channel not in found:
            known = pc.if_else(pc.equal(found[number], ""), pa.scalar(None, pa.string()), found[number])
            found[channel] = pc.binary_join_element_wise("user", known, "/", null_handling="emit_null")
