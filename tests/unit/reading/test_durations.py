"""Durations and numbers: every spelling, exactly, both ways."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading.convert import booleans, durations, integers, joined, lookups, nfc, numbers, plain

SECONDS = st.integers(min_value=-999_999, max_value=999_999)
MILLISECONDS = st.integers(min_value=-999_999_999, max_value=999_999_999)


def one(text, unit, **how):
    """Return (value, bad) of one text."""
    values, bad = durations(pa.array([text], pa.string()), unit, **how)
    assert values.type == pa.decimal128(12, 3)
    return values[0].as_py(), bad[0].as_py()


def clock(seconds):
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("224", "seconds", "224"),
        ("3:44", "clock", "224"),
        ("00:03:44", "clock", "224"),
        ("125:00:01", "clock", "450001"),
        ("90:00", "clock", "5400"),
        ("0:00.25", "clock", "0.25"),
        ("12:03:44 AM", "clock_12h", "224"),
        ("01:00:00 pm", "clock_12h", "46800"),
        ("0.00259259259259259", "excel_fraction", "224"),
        ("PT3M44S", "iso8601", "224"),
        ("P1DT1.5S", "iso8601", "86401.5"),
        ("3.73", "minutes", "223.8"),
        ("1500", "ms", "1.5"),
        ("-87", "seconds", "-87"),
        ("2.24e2", "seconds", "224"),
    ],
)
def test_every_spelling_of_a_duration_gives_exact_seconds(text, unit, expected):
    assert one(text, unit) == (Decimal(expected), False)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("3:44", "seconds"),
        ("224", "clock"),
        ("3:60", "clock"),
        ("3:4", "clock"),
        ("13:00:00 PM", "clock_12h"),
        ("00:03:44", "clock_12h"),
        ("P", "iso8601"),
        ("PT", "iso8601"),
        ("P1M", "iso8601"),
        ("1,5", "minutes"),
        ("1e12", "seconds"),
        ("inf", "seconds"),
        ("nan", "seconds"),
        ("٣", "seconds"),
        ("0x10", "seconds"),
        ("", "seconds"),
    ],
)
def test_what_is_no_such_duration_is_bad_and_never_zero(text, unit):
    assert one(text, unit) == (None, True)


def test_no_value_is_unknown_not_bad():
    assert one(None, "seconds") == (None, False)
    assert one(None, "clock") == (None, False)


def test_a_decimal_comma_and_thousands_are_read_only_where_the_mapping_says_so():
    assert one("1.012,5", "seconds", decimal=",", thousands=".") == (Decimal("1012.5"), False)
    assert one("1.5", "seconds", decimal=",", thousands=".") == (None, True)
    assert one("1.012,5", "seconds") == (None, True)


@given(SECONDS)
def test_a_clock_gives_back_its_seconds(seconds):
    assert one(clock(seconds), "clock") == (seconds, False)


@given(st.integers(min_value=0, max_value=86_399))
def test_a_twelve_hour_clock_gives_back_its_seconds(seconds):
    hour = seconds // 3600
    text = f"{hour % 12 or 12:02}:{seconds // 60 % 60:02}:{seconds % 60:02} {'AM' if hour < 12 else 'PM'}"
    assert one(text, "clock_12h") == (seconds, False)


@given(SECONDS)
def test_a_fraction_of_a_day_gives_back_its_seconds(seconds):
    assert one(f"{seconds / 86_400:.17f}", "excel_fraction") == (seconds, False)


@given(MILLISECONDS)
def test_plain_numbers_give_back_their_milliseconds(ms):
    exact = Decimal(ms) / 1000
    assert one(str(exact), "seconds") == (exact, False)
    assert one(str(ms), "ms") == (exact, False)
    assert one(str(exact).replace(".", ","), "seconds", decimal=",") == (exact, False)


@given(MILLISECONDS)
def test_minutes_give_back_their_milliseconds(ms):
    assert one(f"{ms / 60_000:.12f}", "minutes") == (Decimal(ms) / 1000, False)


@given(MILLISECONDS)
def test_iso_8601_gives_back_its_milliseconds(ms):
    sign, rest = ("-" if ms < 0 else ""), abs(ms)
    text = f"{sign}PT{rest // 3_600_000}H{rest // 60_000 % 60}M{rest // 1000 % 60}.{rest % 1000:03}S"
    assert one(text, "iso8601") == (Decimal(ms) / 1000, False)


def test_typed_durations_are_taken_as_they_are():
    values, bad = durations(pa.array([1500, None], pa.duration("ms")), "clock")
    assert values.to_pylist() == [Decimal("1.5"), None]
    assert bad.to_pylist() == [False, False]


def test_a_whole_number_too_large_for_a_float_is_bad_not_rounded():
    values, bad = numbers(pa.array([2**53 + 1, 5]))
    assert (values.to_pylist(), bad.to_pylist()) == ([None, 5.0], [True, False])


def test_a_whole_number_has_no_fraction():
    values, bad = integers(pa.array(["7", "7.0", "-3", "9999999999999999999", None]))
    assert (values.to_pylist(), bad.to_pylist()) == ([7, None, -3, None, None], [False, True, False, True, False])
    values, bad = integers(pa.array([7.0, 7.5, float("nan")]))
    assert (values.to_pylist(), bad.to_pylist()) == ([7, None, None], [False, True, True])


def test_only_listed_values_are_yes_no_or_known():
    values, bad = booleans(pa.array(["J", "n", "x", None]), ("J",), ("n",))
    assert (values.to_pylist(), bad.to_pylist()) == ([True, False, None, None], [False, False, True, False])
    values, bad = lookups(pa.array(["A", "B", None]), {"A": "agent"})
    assert (values.to_pylist(), bad.to_pylist()) == (["agent", None, None], [False, True, False])


@given(st.lists(st.none() | st.text()))
def test_texts_become_nfc_and_nothing_else_changes(texts):
    import unicodedata

    found = nfc(pa.array(texts, pa.string())).to_pylist()
    assert found == [None if text is None else unicodedata.normalize("NFC", text) for text in texts]


@given(st.lists(st.tuples(st.none() | st.text("ab"), st.none() | st.text("ab"), st.none() | st.text("ab"))))
def test_joining_leaves_out_what_is_unknown(rows):
    arrays = [pa.array([row[at] for row in rows], pa.string()) for at in range(3)]
    expected = ["/".join(known) if (known := [x for x in row if x is not None]) else None for row in rows]
    assert joined(arrays, "/").to_pylist() == expected


def test_columns_of_any_type_become_one_of_few():
    assert plain(pa.array(["a"]).dictionary_encode()).type == pa.string()
    assert plain(pa.array([1], pa.uint8())).type == pa.int64()
    assert plain(pa.array([2**64 - 1], pa.uint64())).to_pylist() == ["18446744073709551615"]
    assert plain(pa.array([Decimal("1.5")])).to_pylist() == [1.5]
    assert plain(pa.array([b"a"], pa.large_binary())).to_pylist() == ["a"]
    with pytest.raises(pa.ArrowInvalid):
        plain(pa.array([b"\xff"]))
