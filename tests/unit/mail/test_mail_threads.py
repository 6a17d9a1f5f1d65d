"""From an mbox to threads, legs and the first response, in DuckDB."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from mail_kit import mbox_rows

from schemas.table import DUCKDB
from schemas.tables import table
from warehouse.build import macros
from warehouse.connect import open_work
from warehouse.models import HOME

MODELS = ("core.message_parent", "core.thread_message", "core.thread_interaction", "core.thread_leg")
# Threads as the only contacts: what else the first response looks at is empty.
AROUND = (
    "VIEW core.interaction AS FROM core.thread_interaction",
    "VIEW core.utterance AS FROM history.utterance",
)
RESPONSES = (
    "core.written_word",
    "core.answer_source",
    "core.response_time",
    "core.known_until",
    "core.first_response",
)
METRIC = "metric.first_response_s"
PARAMS = {"site_timezone": "Europe/Berlin", "business_date": date(2026, 3, 31)}
SMALL_LIST = Path(__file__).resolve().parents[3] / "../shared/data/mail/small_list.mbox"


@pytest.fixture
def con(tmp_path):
    with open_work(tmp_path / "work.duckdb", temp=tmp_path / "tmp", memory_mb=500, threads=2) as connection:
        connection.execute("CREATE TABLE core.message AS SELECT * FROM history.message")
        yield connection


def build(con):
    macros(con)
    for name in (*MODELS, *AROUND, *RESPONSES, METRIC):
        if name in AROUND:
            con.execute(f"CREATE OR REPLACE {name}")
            continue
        schema, model = name.split(".")
        sql = (HOME / schema / f"{model}.sql").read_text(encoding="utf-8")
        used = {key: value for key, value in PARAMS.items() if f"${key}" in sql}
        con.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}", used)


def add(con, rows):
    for row in rows:
        given = {"run_seq": 1, "version": 1, **row}
        marks = ", ".join("?" for _ in given)
        con.execute(f"INSERT INTO core.message ({', '.join(given)}) VALUES ({marks})", list(given.values()))


def mail(name, hour, *references, **own):
    row = {"message_id": f"m:{name}", "system": "m", "sent_at": f"2026-03-02 {hour:02}:00:00+00", "author": "customer"}
    parents = [f"m:{other}" for other in references]
    return row | {"is_auto": False, "is_public": True, "reference_ids": parents} | own


def threads(con):
    return dict(con.execute("SELECT message_id, thread_id FROM core.thread_message").fetchall())


@pytest.mark.parametrize(("model", "declared"), [("thread_interaction", "interaction"), ("thread_leg", "leg")])
def test_threads_have_the_declared_columns_and_types(con, model, declared):
    build(con)
    made = [(name, kind) for name, kind, *_ in con.execute(f"DESCRIBE core.{model}").fetchall()]
    wanted = [(column.name, DUCKDB[column.type].replace(", ", ",")) for column in table(declared).stored]
    wanted = [(name, {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}.get(kind, kind)) for name, kind in wanted]
    assert made == wanted


def test_without_mail_there_are_no_threads(con):
    build(con)
    assert con.execute(f"SELECT count(*) FROM {METRIC}").fetchone() == (0,)


def test_a_thread_keeps_its_id_when_its_missing_beginning_arrives(con):
    add(con, [mail("b", 9, "a"), mail("c", 10, "a", "b"), mail("d", 11, "a")])
    build(con)
    before = threads(con)
    add(con, [mail("a", 8)])
    build(con)
    assert set(before.values()) == {"m:a"}
    assert threads(con) == before | {"m:a": "m:a"}


def test_threads_do_not_depend_on_the_order_of_loading(con):
    rows = [mail("a", 8), mail("b", 9, "a", ticket_id="7"), mail("x", 9, ticket_id="7"), mail("y", 10, "x", "z")]
    add(con, rows)
    build(con)
    before = threads(con)
    con.execute("DELETE FROM core.message")
    add(con, reversed(rows))
    build(con)
    assert threads(con) == before == {"m:a": "m:a", "m:b": "m:a", "m:x": "m:a", "m:y": "m:a"}


def test_a_long_chain_and_a_big_circle_end_quickly(con):
    con.execute(
        "INSERT INTO core.message BY NAME SELECT 'm:' || i AS message_id, 'm' AS system, 'customer' AS author, "
        "false AS is_auto, true AS is_public, ['m:' || greatest(i - 1, 0)] AS reference_ids, "
        "TIMESTAMPTZ '2026-03-02 08:00:00+00' + to_seconds(i) AS sent_at FROM range(5000) t (i)"
    )
    con.execute(
        "INSERT INTO core.message BY NAME SELECT 'm:c' || i AS message_id, 'm' AS system, 'customer' AS author, "
        "false AS is_auto, true AS is_public, ['m:c' || (i + 1) % 3000] AS reference_ids FROM range(3000) t (i)"
    )
    begin = time.monotonic()
    build(con)
    assert time.monotonic() - begin < 10
    query = "SELECT thread_id, count(*) FROM core.thread_message GROUP BY ALL ORDER BY ALL"
    assert con.execute(query).fetchall() == [("m:0", 5000), ("m:c0", 3000)]
    assert con.execute(f"SELECT state FROM {METRIC} WHERE entity_id = 'm:c0'").fetchone() == ("unknown",)


def message(name, sender, to, clock, references="", extra=""):
    names = "".join(f"<{one}@x>" for one in references)
    return (
        f"From a@x Mon Mar  2 {clock} 2026\nFrom: {sender}\nTo: {to}\nDate: Mon, 2 Mar 2026 {clock} +0100\n"
        f"Message-ID: <{name}@x>\nReferences: {names}\n{extra}\nHallo {name}\n\n"
    )


def test_an_mbox_gives_threads_legs_and_first_responses(con, tmp_path):
    kim, help_, ana, ben = "kim@example.org", "help@firma.example", "ana@firma.example", "ben@firma.example"
    text = (
        message("q", kim, help_, "10:00:00")
        + message("r", help_, kim, "10:00:03", "q", "Auto-Submitted: auto-replied\n")
        + message("s", ana, ben, "10:30:00", "q")
        + message("t", ben, f"{kim}, {help_}", "11:15:30", "qs")
        + message("u", kim, ben, "12:00:00", "qst")
        + message("v", ana, kim, "12:30:00", "qstu")
        + message("w", kim, help_, "13:00:00")
        + message("o", ana, kim, "14:00:00")
    )
    rows, refused = mbox_rows(tmp_path, text.encode())
    assert refused == []
    add(con, rows)
    build(con)
    found = con.execute(f"SELECT entity_id, value, state FROM {METRIC} ORDER BY ALL").fetchall()
    assert found == [("m:o@x", None, "excluded"), ("m:q@x", 4530.0, "counted"), ("m:w@x", None, "unknown")]
    legs = con.execute("SELECT leg_id, agent_id, version, talk_s FROM core.thread_leg ORDER BY ALL").fetchall()
    assert legs == [("m:o@x/1", ana, 1, None), ("m:q@x/1", ben, 1, None), ("m:q@x/2", ana, 1, None)]
    query = (
        "SELECT customer_id, queue, direction, outcome, version, source FROM core.thread_interaction ORDER BY 1, 2, 5"
    )
    assert con.execute(query).fetchall() == [
        (kim, "support", "inbound", None, 1, "mail"),
        (kim, "support", "inbound", "answered", 6, "mail"),
        (kim, None, "outbound", None, 1, "mail"),
    ]


@pytest.mark.shared
@pytest.mark.skipif(not SMALL_LIST.exists(), reason="needs the shared data folder")
def test_a_real_list_archive_has_its_figures(con, tmp_path):
    """Counted by eye: six mails of one sender, threads of three, two and one; a list's addresses with ` at `."""
    content = SMALL_LIST.read_bytes()
    rows, refused = mbox_rows(tmp_path, content, agent_domains=["firma.example"])
    assert (len(rows), refused) == (6, [])
    assert {row["from_address"] for row in rows} == {"sb@ischool.berkeley.edu"}
    assert [row["body_new"] for row in rows] == [
        "this is a test",
        "this is a reply to the earlier test message",
        "This is a third reply to the first thread of this list, 'test'",
        "a second thread for bigbang-dev",
        "a third thread for bigbang-dev",
        "thanks!",
    ]
    assert (rows[0]["sent_at"].isoformat(), rows[-1]["sent_at"].isoformat()) == (
        "2014-11-08T19:37:32+00:00",
        "2014-11-08T19:41:29+00:00",
    )
    assert {row["time_flag"] for row in rows} == {None}
    add(con, rows)
    con.execute("CREATE TABLE core.message_conflict (message_id VARCHAR)")
    build(con)
    query = "SELECT version FROM core.thread_interaction ORDER BY 1 DESC"
    assert [count for (count,) in con.execute(query).fetchall()] == [3, 2, 1]
    counts = (HOME / "mart" / "thread_count.sql").read_text(encoding="utf-8")
    assert con.execute(counts).fetchall() == [("m", 6, 3, 3, 3, 0, 0)]
