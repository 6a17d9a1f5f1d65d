"""Points in time: every spelling, both ways, and the two nights a year when clocks are changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading.spellings import check_spelling
from flows.reading.times import Spelling, dates, not_before, stamps

UTC = ZoneInfo("UTC")
MOMENTS = st.datetimes(datetime(1900, 3, 1), datetime(2037, 12, 31)).map(lambda x: x.replace(microsecond=0))


def read(*texts, date=None, time=None, day=None, zone="UTC", decimal="."):
    """Return (value, bad, gap, overlap, offset) of one record."""
    columns = [pa.array([text], None if text is not None else pa.string()) for text in texts]
    found = stamps(columns, Spelling(date, time, day, zone, decimal))
    later = found.later[0].as_py()
    return found.values[0].as_py(), found.bad[0].as_py(), found.gap[0].as_py(), later, found.offset_min[0].as_py()


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected", "offset"),
    [
        ("2026-03-28T09:15:00Z", utc(2026, 3, 28, 9, 15), 0),
        ("2026-03-28T09:15:00.123456789Z", utc(2026, 3, 28, 9, 15, 0, 123456), 0),
        ("2026-03-28 09:15:00+02:00", utc(2026, 3, 28, 7, 15), 120),
        ("2026-03-28T09:15:00-0330", utc(2026, 3, 28, 12, 45), -210),
        ("2026-03-28T09:15:00 +02", utc(2026, 3, 28, 7, 15), 120),
        ("2026-03-28T09:15", utc(2026, 3, 28, 8, 15), 60),
        ("2026-03-28", utc(2026, 3, 27, 23), 60),
        ("2026-07-01 9:15:00", utc(2026, 7, 1, 7, 15), 120),
    ],
)
def test_iso_times_keep_their_offset_or_take_the_zone(text, expected, offset):
    value, bad, gap, later, used = read(text, date="iso", zone="Europe/Berlin")
    assert (value, bad, gap, later, used) == (expected, False, False, None, offset)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("2026-02-29T00:00:00Z", "iso"),
        ("2026-13-01", "iso"),
        ("2026-03-28T24:00:00Z", "iso"),
        ("2026-03-28T09:15:60Z", "iso"),
        ("2026-03-28T09:15:00+25:00", "iso"),
        ("2026-03-28T09:15:00+01:75", "iso"),
        ("28.03.26", "%d.%m.%Y"),
        ("28.03.2026 ", "%d.%m.%Y"),
        ("00:15 AM 2026-03-28", "%I:%M %p %Y-%m-%d"),
        ("1e30", "epoch_s"),
        ("soon", "epoch_ms"),
        ("0", "excel"),
        ("3000000", "excel"),
    ],
)
def test_what_is_no_such_time_is_bad(text, how):
    assert read(text, date=how)[:2] == (None, True)


def test_two_digit_years_are_read_only_where_the_spelling_has_them():
    assert read("28.03.26", date="%d.%m.%y")[0] == utc(2026, 3, 28)
    assert read("28.03.69", date="%d.%m.%y")[0] == utc(1969, 3, 28)


def test_a_date_and_a_time_may_stand_in_two_columns():
    found = read("02.03.2026", "0,375", date="%d.%m.%Y", time="excel_fraction", zone="Europe/Berlin", decimal=",")
    assert found[0] == utc(2026, 3, 2, 8)
    assert read("46083", "09:30 AM", date="excel", time="%I:%M %p")[0] == utc(2026, 3, 2, 9, 30)
    assert read(date_typed(), "9:30", time="iso")[0] == utc(2026, 3, 2, 9, 30)


def date_typed():
    return date(2026, 3, 2)


def test_a_time_without_its_day_is_bad_and_a_day_without_a_time_is_unknown():
    assert read(None, "09:00", date="%d.%m.%Y", time="iso")[:2] == (None, True)
    assert read("02.03.2026", None, date="%d.%m.%Y", time="iso")[:2] == (None, False)


def test_times_alone_take_the_day_of_the_mapping():
    assert read("0:10:10", time="%H:%M:%S", day="1999-08-01", zone="Asia/Jerusalem")[0] == utc(1999, 7, 31, 21, 10, 10)


@pytest.mark.parametrize("how", ["epoch_s", "epoch_ms", "epoch_us"])
def test_epochs_are_exact(how):
    scale = {"epoch_s": 1, "epoch_ms": 1000, "epoch_us": 1_000_000}[how]
    assert read(str(1_772_438_400 * scale), date=how)[0] == utc(2026, 3, 2, 8)
    assert read(1_772_438_400 * scale, date=how)[0] == utc(2026, 3, 2, 8)


def test_an_epoch_may_have_a_fraction():
    assert read("1772438400.25", date="epoch_s")[0] == utc(2026, 3, 2, 8, 0, 0, 250000)
    assert read(1772438400.25, date="epoch_s")[0] == utc(2026, 3, 2, 8, 0, 0, 250000)


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Europe/Berlin", "2026-03-29 02:00:00"),
        ("Europe/Berlin", "2026-03-29 02:59:59"),
        ("America/New_York", "2026-03-08 02:30:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15:00"),
    ],
)
def test_a_local_time_that_never_was_is_refused(zone, local):
    value, bad, gap, _, _ = read(local, date="iso", zone=zone)
    assert (value, bad, gap) == (None, False, True)


def test_a_local_time_that_was_twice_is_the_first_and_says_so():
    value, _, gap, later, offset = read("2026-10-25 02:30:00", date="iso", zone="Europe/Berlin")
    assert (value, gap, later, offset) == (utc(2026, 10, 25, 0, 30), False, utc(2026, 10, 25, 1, 30), 120)


def test_a_written_offset_settles_both_nights():
    for text, expected in (("2026-10-25 02:30:00+01:00", utc(2026, 10, 25, 1, 30)),):
        value, bad, gap, later, _ = read(text, date="iso", zone="Europe/Berlin")
        assert (value, bad, gap, later) == (expected, False, False, None)
    assert read("2026-03-29 02:30:00+01:00", date="iso", zone="Europe/Berlin")[2] is False


def test_an_end_before_the_start_is_read_as_the_second_of_two_hours():
    one, two = (pa.array([utc(2026, 10, 25, hour, 10)], pa.timestamp("us", "UTC")) for hour in (0, 1))
    start = pa.array([utc(2026, 10, 25, 0, 30)], pa.timestamp("us", "UTC"))
    assert not_before(one, two, start).to_pylist() == two.to_pylist()
    assert not_before(one, pa.nulls(1, one.type), start).to_pylist() == one.to_pylist()


def test_local_times_beyond_the_known_rules_are_bad_and_exact_ones_are_not():
    assert read("2038-07-01 00:00:00", date="iso", zone="Europe/Berlin")[:2] == (None, True)
    assert read("2038-07-01T00:00:00+02:00", date="iso", zone="Europe/Berlin")[0] == utc(2038, 6, 30, 22)
    assert read("9999-12-31T23:59:59Z", date="iso", zone="Europe/Berlin")[0] == utc(9999, 12, 31, 23, 59, 59)


def test_typed_times_without_a_zone_are_local_and_others_exact():
    assert read(datetime(2026, 3, 2, 9), zone="Europe/Berlin")[0] == utc(2026, 3, 2, 8)
    assert read(utc(2026, 3, 2, 9), zone="Europe/Berlin")[0] == utc(2026, 3, 2, 9)


@given(MOMENTS, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]))
def test_a_local_time_is_what_the_zone_rules_say(moment, zone):
    value, bad, gap, later, offset = read(f"{moment:%Y-%m-%d %H:%M:%S}", date="iso", zone=zone)
    own = [moment.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    exists = own[0].astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment
    assert not bad
    assert gap is not exists
    if exists:
        assert value == own[0]
        assert later == (own[1] if own[1] != own[0] else None)
        if moment.year > 1950:  # before, offsets had seconds in some places
            assert value == moment.replace(tzinfo=UTC) - timedelta(minutes=offset)


@given(MOMENTS)
def test_every_spelling_gives_back_its_time(moment):
    expected = moment.replace(tzinfo=UTC)
    for spelling in ("%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%Y%m%d %H%M%S", "%Y-%m-%dT%H:%M:%S.%f"):
        assert read(moment.strftime(spelling), date=spelling)[0] == expected
    days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    assert read(repr(days), date="excel")[0] == expected
    assert read(str(int((expected - utc(1970, 1, 1)).total_seconds())), date="epoch_s")[0] == expected


def test_dates_are_read_as_their_spelling_says():
    values, bad = dates(pa.array(["01.08.2026", "32.08.2026", None]), "%d.%m.%Y")
    assert (values.to_pylist(), bad.to_pylist()) == ([date(2026, 8, 1), None, None], [False, True, False])


@pytest.mark.parametrize(
    ("spelling", "has_date", "has_time"),
    [
        ("%d.%m", True, None),
        ("%d.%m.%Y %d", True, None),
        ("%A %d.%m.%Y", True, None),
        ("%d.%m.%Y %H", True, False),
        ("%d.%m.%Y %M", True, None),
        ("%I:%M", False, True),
        ("%d %H", False, True),
        ("soon", False, True),
    ],
)
def test_a_spelling_that_cannot_name_a_time_is_refused(spelling, has_date, has_time):
    with pytest.raises(ValueError, match=r"%|date"):
        check_spelling(spelling, has_date=has_date, has_time=has_time)
