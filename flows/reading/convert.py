"""Exact, vectorised conversion of columns as they stand in files into canonical types.

Every function takes an Arrow array and returns (values, bad): `values` in the canonical Arrow type, NULL where the text
is NULL or unusable; `bad` is true where a value was there and could not be used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.table import ARROW

if TYPE_CHECKING:
    from collections.abc import Iterable

Array = Any  # pyarrow has no stubs; an Arrow array
Converted = tuple[Array, Array]

_CLOCK = (
    r"^(?P<neg>-)?(?:(?P<h>[0-9]{1,6}):(?P<m>[0-5]?[0-9])|(?P<mm>[0-9]{1,8})):"
    r"(?P<s>[0-5][0-9])(?:[.,](?P<f>[0-9]{1,3}))?$"
)
_CLOCK_12H = r"^(?P<h>0?[0-9]|1[0-2]):(?P<m>[0-5][0-9]):(?P<s>[0-5][0-9]) ?(?P<half>[AaPp])[Mm]$"
_ISO = (
    r"^(?P<neg>-)?P(?:(?P<d>[0-9]{1,5})D)?(?:T(?:(?P<h>[0-9]{1,6})H)?(?:(?P<m>[0-9]{1,8})M)?"
    r"(?:(?P<s>[0-9]{1,9})(?:[.,](?P<f>[0-9]{1,3}))?S)?)?$"
)
# How long one unit of a plain number is.
_UNIT_MS = {"seconds": 1000.0, "ms": 1.0, "minutes": 60_000.0, "excel_fraction": 86_400_000.0}


def strip(array: Array) -> Array:
    """Return the texts without white space around them."""
    return pc.utf8_trim_whitespace(array)


def nfc(array: Array) -> Array:
    """Return the texts in Unicode NFC: composed and decomposed umlauts become the same."""
    return array if pc.all(pc.string_is_ascii(array)).as_py() in (True, None) else pc.utf8_normalize(array, form="NFC")


def blank_to_null(array: Array, null_values: Iterable[str] = ()) -> Array:
    """Return the texts with '' and the given spellings of "no value" turned into NULL."""
    tokens = pa.array(["", *null_values], pa.string())
    return pc.if_else(pc.is_in(array, value_set=tokens), pa.scalar(None, pa.string()), array)


def as_text(array: Array) -> Array:
    """Return any scalar column as text, numbers as they would be written."""
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_large_string(array.type) or pa.types.is_dictionary(array.type) or pa.types.is_null(array.type):
        return array.cast(pa.string())
    if pa.types.is_nested(array.type) or pa.types.is_binary(array.type):
        return pa.array([None if value is None else str(value) for value in array.to_pylist()], pa.string())
    return array.cast(pa.string())


def numbers(array: Array, decimal: str = ".", thousands: str = "") -> Converted:
    """Return float64 of texts such as 1.5, -2 or, with decimal comma, 1.234,5. Typed numbers are taken as they are."""
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type):
        values = array.cast(pa.float64())
        finite = pc.fill_null(pc.is_finite(values), True)
        return pc.if_else(finite, values, None), pc.invert(finite)
    text = as_text(array)
    point = re.escape(decimal)
    whole = r"[0-9]{1,18}"
    if thousands:  # 1.234 is a thousand only when it is grouped like one; 1.5 is a mistake
        whole += rf"|[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}})+"
    good = pc.match_substring_regex(text, rf"^[+-]?(({whole})({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]{{1,2}})?$")
    plain = pc.replace_substring(text, thousands, "") if thousands else text
    plain = pc.replace_substring(plain, decimal, ".") if decimal != "." else plain
    usable = pc.if_else(pc.fill_null(good, False), pc.utf8_ltrim(plain, "+"), pa.scalar(None, pa.string()))
    return usable.cast(pa.float64()), _bad(text, good)


def integers(array: Array) -> Converted:
    """Return int64 of whole numbers; 1.0 counts as whole only where the source has it typed as a number."""
    if pa.types.is_integer(array.type):
        return array.cast(pa.int64()), _none(array)
    if pa.types.is_floating(array.type):
        whole = pc.fill_null(pc.equal(pc.floor(array), array), True)
        return pc.if_else(whole, array, None).cast(pa.int64()), pc.invert(whole)
    text = as_text(array)
    good = pc.match_substring_regex(text, r"^[+-]?[0-9]{1,18}$")
    usable = pc.if_else(pc.fill_null(good, False), pc.utf8_ltrim(text, "+"), pa.scalar(None, pa.string()))
    return usable.cast(pa.int64()), _bad(text, good)


def durations(array: Array, unit: str = "seconds", decimal: str = ".", thousands: str = "") -> Converted:
    """Return exact seconds, decimal(12,3), of one spelling: see `Duration` in flows/reading/mapping.py."""
    if unit in _UNIT_MS:
        values, bad = numbers(array, decimal, thousands)
        ms = np.asarray(pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False), dtype="f8") * _UNIT_MS[unit]
        return _milliseconds(np.rint(ms), pc.is_valid(values), bad)
    text = as_text(array)
    parts = pc.extract_regex(text, {"clock": _CLOCK, "clock_12h": _CLOCK_12H, "iso8601": _ISO}[unit])
    good = pc.is_valid(parts)
    if unit == "iso8601":  # P and PT name no duration
        good = pc.and_(good, pc.match_substring_regex(pc.fill_null(text, ""), "[0-9]"))
    n = _part_numbers(parts)
    hours = n["h"] % 12 + 12 * np.isin(_part(parts, "half"), ["P", "p"]) if unit == "clock_12h" else n["h"]
    seconds = n["d"] * 86400 + hours * 3600 + (n["m"] + n["mm"]) * 60 + n["s"]
    ms = seconds * 1000 + _fraction_ms(parts)
    ms = np.where(np.isin(_part(parts, "neg"), ["-"]), -ms, ms)
    return _milliseconds(ms, good, _bad(text, good))


def booleans(array: Array, yes: tuple[str, ...], no: tuple[str, ...]) -> Converted:
    """Return true and false for the listed spellings, or for typed booleans."""
    if pa.types.is_boolean(array.type):
        return array, _none(array)
    text = as_text(array)
    is_yes = pc.is_in(text, value_set=pa.array(yes or ("true",), pa.string()))
    is_no = pc.is_in(text, value_set=pa.array(no or ("false",), pa.string()))
    good = pc.or_(is_yes, is_no)
    return pc.if_else(good, is_yes, pa.scalar(None, pa.bool_())), pc.and_(pc.is_valid(text), pc.invert(good))


def lookups(array: Array, values: dict[str, str]) -> Converted:
    """Return what the listed values stand for."""
    text = as_text(array)
    at = pc.index_in(text, value_set=pa.array(list(values), pa.string()))
    found = pa.array(list(values.values()), pa.string()).take(at)
    return found, pc.and_(pc.is_valid(text), pc.is_null(at))


def texts(array: Array) -> Converted:
    """Return NFC texts."""
    values = nfc(as_text(array))
    return values, _none(values)


def _bad(text: Array, good: Array) -> Array:
    return pc.and_(pc.is_valid(text), pc.invert(pc.fill_null(good, False)))


def _none(array: Array) -> Array:
    return pa.array(np.zeros(len(array), dtype=bool))


def _part(parts: Array, name: str) -> Any:
    if name not in {one.name for one in parts.type}:
        return np.full(len(parts), "", dtype=object)
    return pc.fill_null(pc.struct_field(parts, name), "").to_numpy(zero_copy_only=False)


def _part_numbers(parts: Array) -> dict[str, Any]:
    there = {one.name for one in parts.type}
    zero = np.zeros(len(parts), dtype="i8")
    out = dict.fromkeys(("d", "h", "m", "mm", "s"), zero)
    for name in there & out.keys():
        digits = pc.fill_null(pc.struct_field(parts, name), "0")
        digits = pc.if_else(pc.equal(digits, ""), "0", digits)
        out[name] = digits.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return out


def _fraction_ms(parts: Array) -> Any:
    if "f" not in {one.name for one in parts.type}:
        return 0
    digits = pc.utf8_rpad(pc.fill_null(pc.struct_field(parts, "f"), ""), 3, "0")
    return digits.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _milliseconds(ms: Any, good: Array, bad: Array) -> Converted:
    """Pack whole milliseconds into decimal(12,3): the unscaled number of such a decimal is milliseconds."""
    whole = np.asarray(ms, dtype="f8")
    fits = pa.array(np.abs(whole) < 1e12)
    valid = pc.and_(pc.fill_null(good, False), fits)
    low = np.where(np.abs(whole) < 1e12, whole, 0).astype("i8")
    pairs = np.empty((len(low), 2), dtype="i8")
    pairs[:, 0], pairs[:, 1] = low, low >> 63
    plain = pa.Array.from_buffers(ARROW["seconds"], len(low), [None, pa.py_buffer(pairs.tobytes())])
    values = pc.if_else(valid, plain, pa.scalar(None, ARROW["seconds"]))
    return values, pc.or_(bad, pc.and_(pc.fill_null(good, False), pc.invert(fits)))
