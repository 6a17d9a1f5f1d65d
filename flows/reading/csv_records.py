"""Where the records of delimited text begin and end, and the strict reader of single records.

Both go by RFC 4180: a quote opens a field only as its first byte, is closed by a quote before a delimiter or line end,
and stands doubled within. Quotes elsewhere in an unquoted field are text (`5" pipe`); text behind a closing quote is a
mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from flows.reading.blocks import NEWLINE, RETURN


@dataclass(frozen=True)
class Dialect:
    """The bytes that separate and quote fields; an empty quote means there are none."""

    delimiter: bytes
    quote: bytes


def plain_ends(data: bytes, dialect: Dialect, final: bool) -> Any:
    """Return the ends (numpy) of the leading records in which every quote stands where it should.

    Up to there counting quotes tells for sure which line ends are outside of fields; a single stray quote would turn
    that around for all that follows. `data` begins with a record; `final`: its end is the end of the file.
    """
    raw = np.frombuffer(data, dtype="u1")
    ends = np.flatnonzero(raw == NEWLINE)
    quotes = np.flatnonzero(raw == dialect.quote[0]) if dialect.quote else np.zeros(0, "i8")
    if len(quotes):
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if final and len(data) and data[-1] != NEWLINE and len(quotes) % 2 == 0:
        ends = np.r_[ends, len(data) - 1]
    stop = min(_first_odd_quote(raw, quotes, dialect), _first_lone_return(raw, quotes))
    return ends[: np.searchsorted(ends, stop)] + 1


def _first_odd_quote(raw: Any, quotes: Any, dialect: Dialect) -> int:
    """Return where the first quote stands that neither opens, closes nor is doubled."""
    if not len(quotes):
        return len(raw)
    delimiter, quote = dialect.delimiter[0], dialect.quote[0]
    opening, closing = quotes[::2], quotes[1::2]
    before = raw[opening - 1]
    fine = (opening == 0) | np.isin(before, (delimiter, NEWLINE, quote))
    after = raw[np.minimum(closing + 1, len(raw) - 1)]
    line_end = (after == RETURN) & (raw[np.minimum(closing + 2, len(raw) - 1)] == NEWLINE)
    fine_closing = (closing + 1 == len(raw)) | np.isin(after, (delimiter, NEWLINE, quote)) | line_end
    odd = np.r_[opening[~fine], closing[~fine_closing]]
    return int(odd.min()) if len(odd) else len(raw)


def _first_lone_return(raw: Any, quotes: Any) -> int:
    """Return where the first carriage return stands that is no part of a line end: Arrow would end a record there."""
    returns = np.flatnonzero(raw == RETURN)
    if not len(returns):
        return len(raw)
    lone = returns[raw[np.minimum(returns + 1, len(raw) - 1)] != NEWLINE]
    if len(quotes):
        lone = lone[np.searchsorted(quotes, lone) % 2 == 0]
    return int(lone[0]) if len(lone) else len(raw)


def split_record(data: bytes, start: int, dialect: Dialect) -> tuple[list[bytes], int, bool] | None:
    """Return the fields of the record at `start`, where it ends, and whether text stands behind a closing quote.

    None when a quote is open at the end of `data`.
    """
    delimiter, quote = dialect.delimiter, dialect.quote
    fields, at, stray = [], start, False
    line_end = _line_end(data, at)
    while True:
        value = b""
        if quote and data.startswith(quote, at):
            closed = _quoted(data, at + 1, quote)
            if closed is None:
                return None
            value, at = closed
            line_end = line_end if at <= line_end else _line_end(data, at)
            quoted = True
        else:
            quoted = False
        stop = data.find(delimiter, at, line_end)
        last = stop < 0
        stop = line_end if last else stop
        tail = data[at:stop].removesuffix(b"\r") if last else data[at:stop]
        stray |= quoted and bool(tail)
        fields.append(value + tail)
        if last:
            return fields, min(stop + 1, len(data)), stray
        at = stop + 1


def _line_end(data: bytes, at: int) -> int:
    found = data.find(b"\n", at)
    return len(data) if found < 0 else found


def _quoted(data: bytes, at: int, quote: bytes) -> tuple[bytes, int] | None:
    """Return the text of a quoted field whose first byte is at `at`, and the place behind its closing quote."""
    start = at
    while (close := data.find(quote, at)) >= 0:
        if not data.startswith(quote, close + 1):
            return data[start:close].replace(quote * 2, quote), close + 1
        at = close + 2
    return None
