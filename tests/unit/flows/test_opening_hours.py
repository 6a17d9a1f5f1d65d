from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import calendars
from flows.opening_hours import expand, holiday_problem
from schemas.calendar import Calendar, Version
from schemas.config import load_config
from warehouse.connect import open_work

ALL_DAY = ((0, 1440),)
OFFICE = ((480, 720), (780, 1050))
WEEK = (OFFICE,) * 5 + ((),) * 2


def calendar(*versions):
    return Calendar("c", tuple(versions))


def version(begins, weekdays=WEEK, zone="Europe/Berlin", holidays="", days=None):
    return Version(date.fromisoformat(begins), ZoneInfo(zone), holidays, weekdays, days or {})


def seconds(rows, begin, end):
    """Open seconds between two local dates of Berlin."""
    zone = ZoneInfo("Europe/Berlin")
    start, stop = (datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC) for text in (begin, end))
    return sum(max((min(row.closes_at, stop) - max(row.opens_at, start)) / timedelta(seconds=1), 0) for row in rows)


def test_office_hours_leave_out_weekends_holidays_and_closed_days():
    closed = {date(2026, 12, 24): (), date(2026, 12, 31): ((480, 720),)}
    rows = expand(calendar(version("2026-01-01", holidays="DE-BE", days=closed)), 2026)
    assert seconds(rows, "2026-12-21", "2026-12-22") == 8.5 * 3600
    assert seconds(rows, "2026-12-24", "2026-12-28") == 0  # closed, two holidays, Sunday
    assert seconds(rows, "2026-12-31", "2027-01-01") == 4 * 3600
    assert seconds(rows, "2026-03-08", "2026-03-10") == 8.5 * 3600
    assert seconds(rows, "2026-06-17", "2026-06-18") == 8.5 * 3600


def test_a_holiday_of_one_state_is_none_of_another():
    for code, hours in (("DE-BE", 0), ("DE-BB", 8.5), ("DE", 8.5)):
        rows = expand(calendar(version("2027-01-01", holidays=code)), 2027)
        assert seconds(rows, "2027-03-08", "2027-03-09") == hours * 3600  # women's day, a Monday


def test_a_day_has_twenty_three_or_twenty_five_hours_when_clocks_change():
    rows = expand(calendar(version("2026-01-01", weekdays=(ALL_DAY,) * 7)), 2026)
    assert seconds(rows, "2026-03-29", "2026-03-30") == 23 * 3600
    assert seconds(rows, "2026-10-25", "2026-10-26") == 25 * 3600
    assert len(rows) == 2  # open throughout is one stretch, and the end of what is known


def test_an_hour_that_comes_twice_is_open_twice_and_one_that_does_not_come_is_not():
    nightly = (((150, 165),),) * 7
    rows = expand(calendar(version("2026-01-01", weekdays=nightly)), 2026)
    assert seconds(rows, "2026-10-25", "2026-10-26") == 30 * 60
    assert seconds(rows, "2026-03-29", "2026-03-30") == 0


def test_a_version_ends_where_the_next_begins():
    rows = expand(calendar(version("2026-01-01"), version("2026-07-01", weekdays=(ALL_DAY,) * 7)), 2026)
    assert seconds(rows, "2026-06-30", "2026-07-01") == 8.5 * 3600
    assert seconds(rows, "2026-07-01", "2026-07-02") == 24 * 3600


def test_before_the_first_version_and_after_the_last_year_nothing_is_known():
    rows = expand(calendar(version("2026-01-01", weekdays=((),) * 7)), 2026)
    begin, end = (datetime(year, 12, 31, 23, tzinfo=UTC) for year in (2025, 2026))
    assert [tuple(row) for row in rows] == [(begin, begin, 0), (end, end, None)]
    assert expand(calendar(version("2030-01-01")), 2026) == []


@pytest.mark.parametrize("code", ["ZZ", "DE-XX", "de-be", "DE-BE-1"])
def test_an_unknown_country_or_state_is_a_problem(code):
    assert holiday_problem(code, date(2026, 1, 1))


def test_holidays_of_every_german_state_are_known():
    states = ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH")
    assert not [one for one in states if holiday_problem(f"DE-{one}", date(2026, 1, 1))]
    assert "from" in (holiday_problem("DE-BE", date(1980, 1, 1)) or "")


hours = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(
    lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"])


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(*[hours] * 7),
    zones,
    st.sampled_from(["2026-03-05", "2026-03-27", "2026-04-02", "2026-10-23", "2026-10-29"]),
)
def test_open_is_when_the_clock_on_the_wall_shows_an_open_time(weekdays, zone, begins):
    rows = expand(calendar(version("2026-01-01", weekdays=weekdays, zone=zone)), 2026)
    start = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    for step in range(0, 4 * 1440, 7):
        moment = start + timedelta(minutes=step)
        wall = moment.astimezone(ZoneInfo(zone))
        minute = wall.hour * 60 + wall.minute
        shown = any(first <= minute < last for first, last in weekdays[wall.weekday()])
        assert any(row.opens_at <= moment < row.closes_at for row in rows) == shown


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[hours] * 7), zones)
def test_stretches_are_in_order_apart_and_add_up(weekdays, zone):
    rows = expand(calendar(version("2026-01-01", weekdays=weekdays, zone=zone)), 2026)
    total = 0
    for row, following in pairwise(rows):
        assert row.closes_at <= following.opens_at
        assert row.open_s_before == total
        total += (row.closes_at - row.opens_at) / timedelta(seconds=1)
    assert rows[-1].open_s_before is None


def test_the_night_writes_promises_and_openings_anew(tmp_path):
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "berlin.yaml").write_text(
        "versions:\n  - {valid_from: 2026-01-01, timezone: Europe/Berlin, open: {mon: ['08:00-12:00']}}\n"
    )
    text = '[site]\nname = "C"\ntimezone = "Europe/Berlin"\n[[sources]]\nname = "c"\nformat = "csv"\nfiles = "*"\n'
    text += '[[queues]]\nname = "hotline"\nservice_level_s = 12.5\ncalendar = "berlin"\n'
    (tmp_path / "callqa.toml").write_text(text)
    config = load_config(tmp_path)
    with open_work(tmp_path / "w.duckdb", temp=tmp_path / "t", memory_mb=200, threads=1) as connection:
        for _ in range(2):
            assert calendars.fill(connection, config, date(2026, 3, 31)) == 2 + 104
        rows = connection.execute("SELECT * FROM ops.queue_setting ORDER BY queue").fetchall()
        assert [(row[0], float(row[1]), float(row[2]), *row[3:]) for row in rows] == [
            ("hotline", 12.5, 5.0, 24.0, "berlin"),
            (None, 20.0, 5.0, 24.0, None),
        ]
