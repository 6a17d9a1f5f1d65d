"""Which columns an Asterisk CDR file has: from its header, or from how many there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.reading.csv_records import Dialect, split_record
from flows.reading.mapping import Mapping
from schemas.errors import InputRefused, Where, nearest

if TYPE_CHECKING:
    from flows.reading.contract import SourceFile

_FIRST = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
_NEW = ("peeraccount", "linkedid", "sequence")
_UNIQUEID = re.compile(rb"^(?:.*-)?[0-9]{9,10}\.[0-9]+$")
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Known:
    """The columns of a format without header, those a header must have, and other names databases give them."""

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    other_names: dict[str, str]


RECORDS = Known(_FIRST, ("start", "duration", "billsec", "disposition", "channel", "dstchannel"), {"calldate": "start"})


def layout(
    file: SourceFile, delimiter: str, encoding: str, columns: tuple[str, ...], known: Known = RECORDS
) -> Mapping:
    """Return how to read the file. `columns` of the settings go before what is found. Raises InputRefused."""
    with file.path.open("rb") as handle:
        head = handle.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")
    found = split_record(head, 0, Dialect(delimiter.encode(), b'"'))
    fields = found[0] if found else []
    written = [one.decode("latin-1").strip().lower() for one in fields]
    written = [known.other_names.get(one, one) for one in written]
    header = len(set(written) & set(known.needed)) > 1
    names = columns or (_named(written, known, file) if header else _by_count(fields, known, file))
    return Mapping(
        "call", {}, delimiter=delimiter, encoding=encoding, header=False, names=names, skip_lines=int(header)
    )


def _by_count(fields: list[bytes], known: Known, file: SourceFile) -> tuple[str, ...]:
    if known is not RECORDS:
        return known.columns
    count = len(fields)
    ids: dict[int, tuple[str, ...]] = {0: (), 2: ("uniqueid", "userfield")}
    if not fields:  # a quote that is never closed: CsvText will say so
        return (*_FIRST, *ids[2])
    rest = count - len(_FIRST)
    new = _NEW if rest >= len(_NEW) else ()
    rest -= len(new)
    if rest not in (0, 1, 2):
        raise InputRefused(
            "not a CDR file of Asterisk",
            where=Where(file.name, line=1),
            found=f"{count} columns",
            expected="16 to 21 columns, or a header with channel and disposition",
            fix="Set `delimiter`, or list the `columns`.",
        )
    if rest == 1:
        ids[1] = ("uniqueid",) if _UNIQUEID.match(fields[len(_FIRST)]) else ("userfield",)
    return (*_FIRST, *ids[rest], *new)


def _named(written: list[str], known: Known, file: SourceFile) -> tuple[str, ...]:
    where = Where(file.name, line=1)
    missing = [one for one in known.needed if one not in written]
    if missing:
        fix = nearest(missing[0], written) + " Or list the `columns`."
        raise InputRefused(f"no column {missing[0]!r}", where=where, found=", ".join(written)[:500], fix=fix)
    twice = sorted({one for one in written if written.count(one) > 1})
    if twice:
        raise InputRefused("two columns of one name", where=where, found=twice[0], fix="List the `columns`.")
    return tuple(written)
