"""Exact, vectorised conversion of columns as they stand in files into canonical types.

Every function takes an Arrow array (see `plain`) and returns (values, bad): `values` in the canonical Arrow type, NULL
where there is no value or no usable one; `bad` is true where a value was there and could not be used.
"""

from __future__ import annotations

import json
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
_CLOCK_12H = r"^(?P<h>0?[1-9]|1[0-2]):(?P<m>[0-5][0-9]):(?P<s>[0-5][0-9]) ?(?P<half>[AaPp])[Mm]$"
_ISO = (
    r"^(?P<neg>-)?P(?:(?P<d>[0-9]{1,5})D)?(?:T(?:(?P<h>[0-9]{1,6})H)?(?:(?P<m>[0-9]{1,8})M)?"
    r"(?:(?P<s>[0-9]{1,9})(?:[.,](?P<f>[0-9]{1,3}))?S)?)?$"
)
_SPELLINGS = {"clock": _CLOCK, "clock_12h": _CLOCK_12H, "iso8601": _ISO}
# How long one unit of a plain number is.
_UNIT_MS = {"seconds": 1000.0, "ms": 1.0, "minutes": 60_000.0, "excel_fraction": 86_400_000.0}
_MOST_MS = 999_999_999_999  # decimal(12,3)
_EXACT = 2**53  # whole numbers up to here are exact as floats
_WHOLE = r"[0-9]{1,18}"


def plain(array: Array) -> Array:
    """Return a column in one of the few types the other functions know.

    Texts become string, whole numbers int64, other numbers float64. Booleans, dates, times and nested types stay.
    Raises ArrowInvalid for bytes that are no UTF-8.
    """
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    kind = array.type
    if pa.types.is_dictionary(kind):
        return plain(array.dictionary_decode())
    if pa.types.is_integer(kind):
        fits = kind != pa.uint64() or (pc.max(array).as_py() or 0) < 2**63
        return array.cast(pa.int64() if fits else pa.string())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return array.cast(pa.float64())
    if pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return array.cast(pa.list_(kind.value_type))
    texts = (pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary, pa.types.is_large_binary)
    if pa.types.is_null(kind) or any(test(kind) for test in texts):
        return array.cast(pa.string())
    return array


def nfc(array: Array) -> Array:
    """Return the texts in Unicode NFC: composed and decomposed umlauts become the same."""
    # ASCII is NFC already, and so is every text of characters below U+0300: looking is faster than normalising.
    other = pc.fill_null(pc.invert(pc.string_is_ascii(array)), False)
    if not pc.any(other).as_py():
        return array
    some = array.filter(other)
    perhaps = pc.match_substring_regex(some, r"[^\x{0}-\x{2ff}]")
    if not pc.any(perhaps).as_py():
        return array
    made = pc.replace_with_mask(some, perhaps, pc.utf8_normalize(some.filter(perhaps), form="NFC"))
    return pc.replace_with_mask(array, other, made)


def without(array: Array, tokens: Iterable[str]) -> Array:
    """Return the column with the given spellings of "no value" turned into NULL."""
    wanted = pa.array(list(tokens), pa.string())
    if not len(wanted):
        return array
    return pc.if_else(pc.is_in(as_text(array), value_set=wanted), pa.scalar(None, array.type), array)


def as_text(array: Array) -> Array:
    """Return a column of single values as text, numbers as they would be written."""
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_nested(array.type):
        whole = (None if value is None else json.dumps(value, ensure_ascii=False) for value in array.to_pylist())
        return pa.array(whole, pa.string())
    return array.cast(pa.string())


def joined(arrays: list[Array], between: str) -> Array:
    """Join texts of a row; NULLs are left out, and where all are NULL so is the result."""
    # Not with null_handling="skip": pyarrow 26 then drops rows in which all are NULL.
    out = arrays[0]
    for array in arrays[1:]:
        both = pc.binary_join_element_wise(out, array, between, null_handling="emit_null")
        out = pc.coalesce(both, out, array)
    return out


def numbers(array: Array, decimal: str = ".", thousands: str = "") -> Converted:
    """Return float64 of texts such as 1.5, -2 or, with decimal comma, 1.234,5. Typed numbers are taken as they are."""
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        good = pc.fill_null(_is_exact(array), True)
        return pc.if_else(good, array, None).cast(pa.float64()), pc.invert(good)
    text = as_text(array)
    point, whole = re.escape(decimal), "[0-9]+"
    if thousands:  # 1.234 is a thousand only when it is grouped like one; 1.5 is a mistake
        whole += rf"|[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}})+"
    good = pc.match_substring_regex(text, rf"^[+-]?(({whole})({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]{{1,3}})?$")
    text_ = pc.replace_substring(text, thousands, "") if thousands else text
    text_ = pc.replace_substring(text_, decimal, ".") if decimal != "." else text_
    values = _usable(text_, good).cast(pa.float64())
    good = _is_exact(values)
    return pc.if_else(good, values, None), _bad(text, good)


def integers(array: Array, thousands: str = "") -> Converted:
    """Return int64 of whole numbers; 1.0 counts as whole only where the source has it typed as a number."""
    if pa.types.is_integer(array.type):
        return array, _none(array)
    if pa.types.is_floating(array.type):
        good = pc.and_(pc.equal(pc.floor(array), array), _is_exact(array))
        good = pc.fill_null(good, True)
        return pc.if_else(good, array, None).cast(pa.int64()), pc.invert(good)
    text = as_text(array)
    whole = f"{_WHOLE}|[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}}){{1,5}}" if thousands else _WHOLE
    good = pc.match_substring_regex(text, rf"^[+-]?({whole})$")
    text_ = pc.replace_substring(text, thousands, "") if thousands else text
    return _usable(text_, good).cast(pa.int64()), _bad(text, good)


def durations(array: Array, unit: str = "seconds", decimal: str = ".", thousands: str = "") -> Converted:
    """Return seconds, decimal(12,3), rounded to the millisecond, of one spelling: see `Duration` in mapping.py."""
    if pa.types.is_duration(array.type) or pa.types.is_time(array.type):
        us = typed_us(array)
        return _milliseconds(np.rint(us / 1000), pc.is_valid(array), _none(array))
    if unit in _UNIT_MS:
        values, bad = numbers(array, decimal, thousands)
        with np.errstate(over="ignore"):  # what overflows is too long anyway
            ms = np.rint(pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False) * _UNIT_MS[unit])
        return _milliseconds(ms, pc.is_valid(values), bad)
    text = as_text(array)
    parts = pc.extract_regex(text, _SPELLINGS[unit])
    good = pc.is_valid(parts)
    if unit == "iso8601":  # P and PT name no duration
        good = pc.and_(good, pc.match_substring_regex(pc.fill_null(text, ""), "[DHMS]$"))
    n = {name: part_number(parts, name) for name in ("d", "h", "m", "mm", "s")}
    hours = n["h"] % 12 + 12 * part_is(parts, "half", "P", "p") if unit == "clock_12h" else n["h"]
    ms = (n["d"] * 86400 + hours * 3600 + (n["m"] + n["mm"]) * 60 + n["s"]) * 1000 + part_number(parts, "f", 3)
    return _milliseconds(np.where(part_is(parts, "neg", "-"), -ms, ms), good, _bad(text, good))


def booleans(array: Array, yes: tuple[str, ...], no: tuple[str, ...]) -> Converted:
    """Return true and false for the listed spellings (default `true` and `false`), or for typed booleans."""
    if pa.types.is_boolean(array.type):
        return array, _none(array)
    text = as_text(array)
    is_yes = pc.is_in(text, value_set=pa.array(yes or ("true",), pa.string()))
    is_no = pc.is_in(text, value_set=pa.array(no or ("false",), pa.string()))
    good = pc.or_(is_yes, is_no)
    return pc.if_else(good, is_yes, pa.scalar(None, pa.bool_())), _bad(text, good)


def lookups(array: Array, values: dict[str, str]) -> Converted:
    """Return what the listed values stand for."""
    text = as_text(array)
    at = pc.index_in(text, value_set=pa.array(list(values), pa.string()))
    found = pa.array(list(values.values()), pa.string()).take(at)
    return found, pc.and_(pc.is_valid(text), pc.is_null(at))


def typed_us(array: Array) -> Any:
    """Return a typed duration or time of day as microseconds (numpy), 0 where it is NULL."""
    is_time = pa.types.is_time(array.type)
    us = array.cast(pa.time64("us") if is_time else pa.duration("us"), safe=False).cast(pa.int64())
    return pc.fill_null(us, 0).to_numpy(zero_copy_only=False)


def part_number(parts: Array, name: str, digits: int = 0) -> Any:
    """Return a named group of `extract_regex` as int64 (numpy): 0 where absent, `digits` long when it is a fraction."""
    if parts.type.get_field_index(name) < 0:
        return np.zeros(len(parts), dtype="i8")
    text = pc.fill_null(pc.struct_field(parts, name), "")
    text = pc.utf8_rpad(text, digits, "0") if digits else pc.if_else(pc.equal(text, ""), "0", text)
    return text.cast(pa.int64()).to_numpy(zero_copy_only=False)


def part_is(parts: Array, name: str, *values: str) -> Any:
    """Return where a named group of `extract_regex` is one of `values` (numpy)."""
    if parts.type.get_field_index(name) < 0:
        return np.zeros(len(parts), dtype=bool)
    found = pc.is_in(pc.struct_field(parts, name), value_set=pa.array(values, pa.string()))
    return found.to_numpy(zero_copy_only=False)


def _is_exact(array: Array) -> Array:
    """Return where a number is one that floats can count up to; infinity and NaN are none."""
    return pc.and_(pc.less_equal(array, _EXACT), pc.greater_equal(array, -_EXACT))


def _usable(text: Array, good: Array) -> Array:
    return pc.if_else(pc.fill_null(good, False), pc.utf8_ltrim(text, "+"), pa.scalar(None, pa.string()))


def _bad(text: Array, good: Array) -> Array:
    return pc.and_(pc.is_valid(text), pc.invert(pc.fill_null(good, False)))


def _none(array: Array) -> Array:
    return pa.array(np.zeros(len(array), dtype=bool))


def _milliseconds(ms: Any, good: Array, bad: Array) -> Converted:
    """Pack whole milliseconds into decimal(12,3): the unscaled number of such a decimal is milliseconds."""
    fits = np.abs(ms) <= _MOST_MS
    low = np.where(fits, ms, 0).astype("i8")
    pairs = np.empty((len(low), 2), dtype="i8")
    pairs[:, 0], pairs[:, 1] = low, low >> 63
    packed = pa.Array.from_buffers(ARROW["seconds"], len(low), [None, pa.py_buffer(pairs.tobytes())])
    valid = pc.and_(good, pa.array(fits))
    return pc.if_else(valid, packed, pa.scalar(None, ARROW["seconds"])), pc.or_(bad, pc.and_not(good, pa.array(fits)))
