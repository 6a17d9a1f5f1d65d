"""An agent's day in the warehouse against a slow one in Python that looks at every minute."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import table
from warehouse import build
from warehouse.models import all_models

ZONE = ZoneInfo("Europe/Berlin")
STATES = ("login", "available", "contact", "hold", "wrap", "pause")
PARAMS = {"site_timezone": "Europe/Berlin"}


def agent_days(states, shifts):
    """Rows of mart.agent_activity_day by day, for one agent of one source."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    build.macros(connection)
    for schema in ("core", "mart"):
        connection.execute(f"CREATE SCHEMA {schema}")
    for name in ("agent_state", "shift"):
        declared = table(name)
        connection.execute(declared.ddl(declared.full_name, declared.stored))
    connection.execute("CREATE TABLE core.leg_context (leg_id TEXT, agent_id TEXT, completed_on DATE)")
    connection.execute(
        "CREATE TABLE core.leg_interval (leg_id TEXT, agent_id TEXT, from_ms BIGINT, until_ms BIGINT, is_complete BOOL)"
    )
    for state, begin, end in states:
        connection.execute(
            "INSERT INTO core.agent_state (agent_id, source, state, started_at, ended_at) VALUES ('a', 's', ?, ?, ?)",
            [state, begin, end],
        )
    for activity, begin, end in shifts:
        connection.execute(
            "INSERT INTO core.shift (agent_id, activity, starts_at, ends_at) VALUES ('a', ?, ?, ?)",
            [activity, begin, end],
        )
    for name in ("core.agent_stretch", "mart.agent_activity_day"):
        connection.execute(f"CREATE TABLE {name} AS {all_models()[name].sql}", PARAMS)
    result = connection.execute("SELECT * FROM mart.agent_activity_day")
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {row["on_date"]: row for row in rows}


def slow_days(states, shifts):
    """The same sums, minute by minute: {day: Counter of seconds}."""
    out: dict[date, Counter] = {}
    spans = [*states, *shifts]
    if not spans:
        return out
    moment, last = min(span[1] for span in spans), max(span[2] for span in spans)
    while moment < last:
        now = {kind for kind, begin, end in spans if begin <= moment < end}
        if now:
            day = out.setdefault(moment.astimezone(ZONE).date(), Counter())
            busy = bool(now & {"contact", "hold", "wrap"})
            day.update({kind: 60 for kind in now})
            planned = now & {"work", "break"}
            there = "login" in now and "pause" not in now
            day.update({"on_contact": 60 * busy, "scheduled": 60 * bool(planned)})
            day.update({"fitting": 60 * bool(planned and there == (planned == {"work"}))})
        moment += timedelta(minutes=1)
    return out


def spans(kinds, begin):
    minute = st.integers(0, 3 * 1440)
    ends = st.tuples(minute, minute).filter(lambda pair: pair[0] != pair[1]).map(sorted)
    times = ends.map(lambda pair: [begin + timedelta(minutes=at) for at in pair])
    return st.tuples(st.sampled_from(kinds), times).map(lambda one: (one[0], *one[1]))


@pytest.mark.parametrize("begin", [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
def test_every_minute_counts_once_on_its_local_day(begin):
    @settings(max_examples=8, deadline=None)
    @given(
        st.lists(spans(STATES, begin), min_size=1, max_size=7),
        st.lists(spans(("work", "break"), begin), max_size=3),
    )
    def check(states, shifts):
        # One short span of each kind far away: the source tells all of them.
        far = begin + timedelta(days=20)
        told = [(state, far, far + timedelta(minutes=1)) for state in STATES]
        found, expected = agent_days(states + told, shifts), slow_days(states, shifts)
        stated = {day for day, sums in expected.items() if sums.keys() & set(STATES)}
        contact_days = {begin.astimezone(ZONE).date() for state, begin, _ in states if state == "contact"}
        assert found.keys() - {far.astimezone(ZONE).date()} == expected.keys()
        for day in expected:
            row, sums = found[day], expected[day]
            for name, kind in (("logged_in_s", "login"), ("available_s", "available"), ("pause_s", "pause")):
                assert row[name] == (sums[kind] if day in stated else None)
            if day in contact_days:
                assert row["on_contact_s"] == sums["on_contact"]
            assert row["scheduled_s"] == (sums["scheduled"] or None)
            if sums["scheduled"] and day in stated:
                assert row["conforming_s"] == sums["fitting"]
                assert row["conformance"] == sums["fitting"] / sums["scheduled"]
            else:
                assert row["conformance"] is None

    check()


def test_a_planned_day_of_which_nothing_is_known_has_no_conformance():
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC)
    row = agent_days([], [("work", begin, begin + timedelta(hours=8))])[date(2026, 3, 2)]
    assert (row["scheduled_s"], row["conforming_s"], row["conformance"]) == (28800, None, None)
