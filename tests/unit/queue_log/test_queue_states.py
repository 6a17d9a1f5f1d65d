"""Agent states from events, and figures by hour: nothing is lost or counted twice when spans are cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queue_kit import derive, derived, in_order, read_logs

from schemas.table import DUCKDB
from schemas.tables import table
from warehouse import build
from warehouse.models import all_models

QUICK = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
BEGIN = 1_772_434_800
NIGHTS = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


@st.composite
def shifts(draw):
    """One agent's shift as lines, and its truth: log-in and pauses in seconds from BEGIN."""
    lines, pauses, now = [f"{BEGIN}|1.1|NONE|Agent/1|AGENTLOGIN|SIP/1"], [], BEGIN
    queues = draw(st.lists(st.sampled_from(["q1", "q2", "q3"]), unique=True))
    for length in draw(st.lists(st.integers(3, 50), max_size=4)):
        now += draw(st.integers(3, 50))
        pauses.append((now - BEGIN, now + length - BEGIN))
        for verb, at in (("PAUSE", now), ("UNPAUSE", now + length)):
            lines.append(f"{at}|NONE|NONE|Agent/1|{verb}ALL|")
            lines += [f"{at + draw(st.integers(0, 1))}|NONE|{queue}|Agent/1|{verb}|Mittag" for queue in queues]
        now += length
    now += draw(st.integers(3, 50))
    return [*lines, f"{now}|1.1|NONE|Agent/1|AGENTLOGOFF|SIP/1|{now - BEGIN}"], pauses, now - BEGIN


@QUICK
@given(shift=shifts(), seed=st.randoms(use_true_random=False), cut=st.integers(0, 30), late_first=st.booleans())
def test_pauses_with_their_twins_are_found_again_in_any_order(shift, seed, cut, late_first, tmp_path_factory):
    lines, pauses, length = shift
    seed.shuffle(lines)
    lines = in_order(lines)
    parts = [lines[cut:], lines[:cut]] if late_first else [lines[:cut], lines[cut:]]
    connection = derive(read_logs(tmp_path_factory.mktemp("log"), parts))
    query = (
        f"SELECT state, queue, epoch(started_at)::BIGINT - {BEGIN}, epoch(ended_at)::BIGINT - {BEGIN} "
        "FROM core.queue_agent_state ORDER BY ALL"
    )
    found = connection.execute(query).fetchall()
    assert found == [("login", None, 0, length), *(("pause", None, *pause) for pause in pauses)]


def test_a_log_off_alone_tells_how_long_the_log_in_was(tmp_path):
    rows = read_logs(tmp_path, [[f"{BEGIN + 600}|NONE|NONE|Agent/1|AGENTCALLBACKLOGOFF|1002@phones|600|CommandLogoff"]])
    (state,) = derived(derive(rows), "queue_agent_state")
    assert state[:4] == ("Agent/1", None, "login", None)
    assert (state[5] - state[4]).total_seconds() == 600


def test_calls_open_at_the_end_of_the_log_stay_open_until_the_server_starts(tmp_path):
    lines = [f"{BEGIN}|1.1|q1|NONE|ENTERQUEUE||+4930555012|1", f"{BEGIN}|1.2|q1|NONE|ENTERQUEUE||+4930555013|1"]
    lines.append(f"{BEGIN + 5}|1.2|q1|Agent/1|CONNECT|5|1.3|2")
    query = "SELECT source_id, outcome, ended_at FROM core.queue_interaction ORDER BY source_id"
    assert derive(read_logs(tmp_path, [lines])).execute(query).fetchall() == [
        ("1.1", None, None),
        ("1.2", "answered", None),
    ]
    start = datetime.fromtimestamp(BEGIN + 60, UTC)
    again = derive(read_logs(tmp_path, [lines, [f"{BEGIN + 60}|NONE|NONE|NONE|QUEUESTART|"]]))
    assert again.execute(query).fetchall() == [("1.1", "failed", start), ("1.2", "answered", start)]
    assert again.execute("SELECT ended_at, talk_s FROM core.queue_leg").fetchall() == [(start, None)]


@st.composite
def spans(draw):
    begin = draw(st.sampled_from(NIGHTS)) + timedelta(milliseconds=draw(st.integers(0, 6 * 3_600_000)))
    return begin, begin + timedelta(milliseconds=draw(st.integers(1, 5 * 3_600_000)))


def hours(states, zone):
    """Return rows (hour_at, login_s) of mart.agent_hour for an agent logged in at these spans."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE SCHEMA core")
    build.macros(connection)
    for name in ("interaction", "leg", "agent_state"):
        columns = ", ".join(f"{column.name} {DUCKDB[column.type]}" for column in table(name).stored)
        connection.execute(f"CREATE TABLE core.{name} ({columns})")
    insert = "INSERT INTO core.agent_state (agent_id, state, started_at, ended_at) VALUES ('a1', 'login', ?, ?)"
    connection.executemany(insert, states)
    sql = f"SELECT hour_at, login_s FROM ({all_models()['mart.agent_hour'].sql}) ORDER BY hour_at"
    return connection.execute(sql, {"site_timezone": zone}).fetchall()


@QUICK
@given(
    given_spans=st.lists(spans(), min_size=1, max_size=4),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "UTC"]),
)
def test_cutting_at_the_hour_conserves_every_second(given_spans, zone):
    found = hours(given_spans, zone)
    union, end = 0.0, datetime(1970, 1, 1, tzinfo=UTC)
    for begin, until in sorted(given_spans):
        union += max(0.0, (until - max(begin, end)).total_seconds())
        end = max(end, until)
    assert float(sum(login for _, login in found)) == pytest.approx(union, abs=1e-6)
    assert len({hour for hour, _ in found}) == len(found)
    for hour, login in found:
        assert 0 < login <= 3600
        assert hour.astimezone(ZoneInfo(zone)).minute == 0


def test_the_night_the_clocks_go_back_has_two_hours_from_two_to_three():
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    found = hours([(midnight, midnight + timedelta(hours=25))], "Europe/Berlin")
    local = [hour.astimezone(ZoneInfo("Europe/Berlin")).hour for hour, _ in found]
    assert local == [0, 1, 2, 2, *range(3, 24)]
    assert all(login == 3600 for _, login in found)
