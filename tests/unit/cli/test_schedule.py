"""When the night was last due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.schedule import last_due, parse
from schemas.errors import ConfigError


def due(cron, now, zone="Europe/Berlin"):
    return last_due(cron, zone, datetime.fromisoformat(now).replace(tzinfo=UTC))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_daily_night_was_due_today_or_yesterday_in_the_sites_zone():
    assert due("15 2 * * *", "2026-01-10T05:00") == at("2026-01-10T01:15")
    assert due("15 2 * * *", "2026-01-10T01:00") == at("2026-01-09T01:15")
    assert due("15 2 * * *", "2026-07-10T05:00") == at("2026-07-10T00:15")


def test_weekdays_only_leaves_the_weekend_out():
    assert due("15 2 * * 1-5", "2026-03-09T00:30") == at("2026-03-06T01:15")  # a Monday, before the night
    assert due("15 2 * * mon-fri", "2026-03-08T12:00") == at("2026-03-06T01:15")


def test_lists_steps_months_and_sunday_as_seven():
    assert due("0 */6 * * *", "2026-01-10T12:30", "UTC") == at("2026-01-10T12:00")
    assert due("0 3 1,15 * *", "2026-01-20T00:00", "UTC") == at("2026-01-15T03:00")
    assert due("0 3 * * 7", "2026-01-14T00:00", "UTC") == at("2026-01-11T03:00")
    assert due("0 3 * feb *", "2026-01-14T00:00", "UTC") == at("2025-02-28T03:00")


def test_where_both_kinds_of_day_are_limited_either_is_enough():
    assert due("0 3 13 * fri", "2026-01-10T00:00", "UTC") == at("2026-01-09T03:00")
    assert due("0 3 13 * fri", "2026-01-14T00:00", "UTC") == at("2026-01-13T03:00")


def test_a_time_the_clocks_skip_still_counts_once():
    assert due("30 2 * * *", "2026-03-29T12:00") == at("2026-03-29T01:30")


def test_a_day_that_never_comes_is_never_due():
    assert due("0 0 31 2 *", "2026-03-29T12:00") is None


@pytest.mark.parametrize("cron", ["", "@daily", "61 * * * *", "* * * * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *"])
def test_what_is_no_cron_expression_names_the_key(cron):
    with pytest.raises(ConfigError, match=r"callqa.toml: nightly.cron: not a cron expression"):
        parse(cron, Path("callqa.toml"))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 23), st.integers(0, 59))
def test_a_daily_night_is_never_due_in_the_future_nor_more_than_a_day_and_an_hour_ago(now, hour, minute):
    now = now.replace(tzinfo=UTC)
    found = last_due(f"{minute} {hour} * * *", "Europe/Berlin", now)
    assert timedelta(0) <= now - found <= timedelta(hours=25)
