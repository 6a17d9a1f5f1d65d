"""The business clock of the warehouse against a slow one in Python that counts minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.opening_hours import expand
from schemas.calendar import Calendar, Version
from schemas.tables import table
from warehouse import build
from warehouse.models import all_models

START = datetime(2026, 3, 20, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


def slow_seconds(weekdays, days, begin, end):
    """Open time between two instants of whole minutes, looking at the clock on the wall every minute."""
    total, moment = 0, begin
    while moment < end:
        wall = moment.astimezone(ZONE)
        spans = days.get(wall.date(), weekdays[wall.weekday()])
        total += 60 * any(first <= wall.hour * 60 + wall.minute < last for first, last in spans)
        moment += timedelta(minutes=1)
    return total


def first_responses(weekdays, days, letters):
    """(letter, calendar seconds, business seconds) as core.response_time gives them."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    build.macros(connection)
    for schema in ("core", "ops", "stage"):
        connection.execute(f"CREATE SCHEMA {schema}")
    for name in ("interaction", "message"):
        declared = table(name)
        connection.execute(declared.ddl(declared.full_name, declared.stored))
    for name in ("opening", "queue_setting"):
        connection.execute(table(name).ddl())
    connection.execute(
        "CREATE TABLE core.thread_message (message_id TEXT, thread_id TEXT, parent_id TEXT, missing_id TEXT, "
        "is_opening BOOL)"
    )
    connection.execute("CREATE TABLE core.thread_interaction (interaction_id TEXT, answered_at TIMESTAMPTZ)")
    connection.execute("CREATE TABLE core.written_word (interaction_id TEXT, author TEXT, written_at TIMESTAMPTZ)")
    connection.execute("INSERT INTO ops.queue_setting (queue, respond_within_h, calendar) VALUES ('q', 24, 'c')")
    connection.execute("CREATE TABLE core.answer_source (system TEXT, source TEXT, channel TEXT)")
    rows = expand(Calendar("c", (Version(date(2026, 3, 1), ZONE, "", weekdays, days),)), 2026)
    arriving = pa.Table.from_pylist(
        [{"calendar": "c", **row._asdict()} for row in rows], schema=table("opening").arrow()
    )
    connection.register("arriving", arriving)
    connection.execute("INSERT INTO ops.opening SELECT * FROM arriving")
    connection.executemany(
        "INSERT INTO core.interaction (interaction_id, channel, queue, started_at, answered_at) "
        "VALUES (?, 'letter', 'q', ?, ?)",
        [(str(number), begin, end) for number, (begin, end) in enumerate(letters)],
    )
    sql = all_models()["core.response_time"].sql
    query = f"SELECT interaction_id::INT AS letter, response_s, response_business_s FROM ({sql}) ORDER BY letter"
    return connection.execute(query).fetchall()


spans = st.lists(st.integers(0, 1440), unique=True, max_size=4).map(
    lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)
minutes = st.integers(0, 14 * 1440)
exceptions = st.dictionaries(
    st.integers(0, 14).map(lambda day: (START + timedelta(days=day)).date()), spans, max_size=3
)


@settings(max_examples=12, deadline=None)
@given(st.tuples(*[spans] * 7), exceptions, st.lists(st.tuples(minutes, minutes), min_size=1, max_size=4))
def test_the_business_clock_is_right_to_the_minute_and_never_runs_faster(weekdays, days, pairs):
    letters = [tuple(START + timedelta(minutes=at) for at in sorted(pair)) for pair in pairs]
    found = first_responses(weekdays, days, letters)
    assert len(found) == len(letters)
    for (begin, end), (_, calendar_s, business_s) in zip(letters, found, strict=True):
        assert calendar_s == (end - begin).total_seconds()
        assert business_s == slow_seconds(weekdays, days, begin, end)
        assert 0 <= business_s <= calendar_s


milliseconds = st.integers(0, 14 * 86_400_000)


@settings(max_examples=12, deadline=None)
@given(st.tuples(*[spans] * 7), st.lists(st.tuples(milliseconds, milliseconds, milliseconds), min_size=1, max_size=8))
def test_it_never_runs_faster_and_adds_up_to_the_millisecond(weekdays, triples):
    letters = []
    for triple in triples:
        first, middle, last = (START + timedelta(milliseconds=at) for at in sorted(triple))
        letters += [(first, middle), (middle, last), (first, last)]
    found = first_responses(weekdays, {}, letters)
    assert all(0 <= business_s <= calendar_s for _, calendar_s, business_s in found)
    for at in range(0, len(found), 3):
        assert found[at][2] + found[at + 1][2] == found[at + 2][2]


def test_outside_the_calendar_nothing_is_known():
    before, inside = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)
    after = datetime(2027, 1, 10, tzinfo=UTC)
    found = first_responses((((0, 1440),),) * 7, {}, [(before, inside), (inside, after), (inside, inside)])
    assert [row[2] for row in found] == [None, None, 0]
