from __future__ import annotations

import gzip
import json
import math

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_kit import at, put

from schemas.tables import core_tables, table
from warehouse import quarantine, stage
from warehouse.raw_text import MAX_BYTES, raw_text, raw_texts


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("ATTACH ':memory:' AS stage")
        stage.create(connection)
        yield connection


def leg(number=1, **own):
    row = {
        "leg_id": f"acd:{number}/1",
        "interaction_id": f"acd:{number}",
        "leg_no": 1,
        "agent_id": "a07",
        "outcome": "handled",
        "source": "acd",
        "file_id": "f1",
        "record_no": number,
    }
    return row | own


def call(number=1, **own):
    row = {
        "interaction_id": f"acd:{number}",
        "source_id": str(number),
        "channel": "voice",
        "started_at": at(8),
        "source": "acd",
        "file_id": "f1",
        "record_no": number,
    }
    return row | own


def turn(number, record_no, **own):
    row = {
        "interaction_id": "acd:1",
        "seq": number,
        "speaker": "agent",
        "text": "Guten Tag",
        "source": "chat",
        "file_id": "f1",
        "record_no": record_no,
    }
    return row | own


def broken(connection, columns="record_no, rule"):
    quarantine.find_broken(connection, core_tables())
    return connection.execute(f"SELECT {columns} FROM stage.broken ORDER BY ALL").fetchall()


def kept(connection, name):
    query = f"SELECT record_no FROM stage.{name} ORDER BY ALL"
    return [number for (number,) in connection.execute(query).fetchall()]


def aside(connection):
    query = "SELECT record_no, raw, rules FROM stage.quarantine ORDER BY record_no"
    return {number: (raw, json.loads(rules)) for number, raw, rules in connection.execute(query).fetchall()}


def test_a_sound_row_with_unknown_values_breaks_no_rule(con):
    put(con, "leg", [leg()])
    put(con, "interaction", [call()])
    assert broken(con) == []


def test_every_broken_rule_of_a_row_is_named_with_what_was_found_and_expected(con):
    put(con, "leg", [leg(agent_id=None, talk_s=-1, outcome="lost")])
    assert broken(con, "rule, severity, field, found, expected") == [
        ("agent_id_required", "quarantine", "agent_id", None, "a value"),
        ("outcome_allowed", "quarantine", "outcome", "lost", "one of handled, missed"),
        ("talk_s_low", "quarantine", "talk_s", "-1.000", ">= 0"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [("talk_s", 86401, "talk_s_high"), ("hangup_by", "nobody", "hangup_by_allowed"), ("leg_no", 0, "leg_no_low")],
)
def test_each_kind_of_column_rule_finds_its_row(con, column, value, rule):
    put(con, "leg", [leg(**{column: value})])
    assert broken(con) == [(1, rule)]


def test_a_pattern_is_checked_on_the_whole_text(con):
    put(con, "interaction", [call(1, language="de"), call(2, language="deu"), call(3, language="DE")])
    assert broken(con) == [(2, "language_pattern"), (3, "language_pattern")]


def test_nan_and_infinity_are_no_numbers(con):
    put(con, "interaction", [call(1, csat=math.nan), call(2, csat=math.inf), call(3, csat=4.5)])
    con.execute("UPDATE stage.interaction SET ended_at = 'infinity' WHERE record_no = 3")
    assert broken(con) == [(1, "csat_finite"), (2, "csat_finite"), (3, "ended_at_finite")]


def test_the_largest_and_smallest_values_raise_no_overflow(con):
    put(con, "utterance", [turn(1, 1, start_ms=-(2**63), end_ms=2**63 - 1)])
    put(con, "leg", [leg(talk_s=999_999_999)])
    con.execute("UPDATE stage.leg SET answered_at = '290000-01-01 (BC)', ended_at = '294247-01-01'")
    assert {rule for _, rule in broken(con)} >= {"overlong", "start_ms_low", "talk_s_high"}


def test_a_text_that_looks_like_sql_is_only_a_text(con):
    put(con, "leg", [leg(outcome="x'; DROP TABLE stage.leg; --")])
    assert broken(con, "found") == [("x'; DROP TABLE stage.leg; --",)]
    assert kept(con, "leg") == [1]


def test_a_record_leaves_every_table_when_one_of_its_rows_is_broken(con, tmp_path):
    put(con, "interaction", [call(1), call(2)])
    put(con, "leg", [leg(1), leg(2, talk_s=-1)])
    put(con, "utterance", [turn(1, 2, interaction_id="acd:2"), turn(1, 1)])
    broken(con)
    assert quarantine.set_aside(con, {"f1": tmp_path}) == 1
    assert [kept(con, name) for name in ("interaction", "leg", "utterance")] == [[1], [1], [1]]


def test_a_warning_is_named_and_the_record_stays(con):
    put(con, "leg", [leg(answered_at=at(8), ended_at=at(8, 1), talk_s=90)])
    assert broken(con, "rule, severity") == [("talk_longer_than_span", "warn")]
    assert quarantine.set_aside(con, {}) == 0
    assert kept(con, "leg") == [1]


def test_all_rules_a_record_broke_stand_in_one_row_of_quarantine(con):
    put(con, "interaction", [call(1, channel="fax")])
    put(con, "leg", [leg(1, talk_s=-1, wrap_s=-2), leg(1, leg_id="acd:1/2", talk_s=-3)])
    broken(con)
    quarantine.set_aside(con, {})
    ((_, rules),) = aside(con).values()
    assert [(rule["table"], rule["rule"]) for rule in rules] == [
        ("interaction", "channel_allowed"),
        ("leg", "talk_s_low"),
        ("leg", "wrap_s_low"),
    ]
    assert rules[0]["found"] == "fax"
    assert rules[0]["expected"].startswith("one of voice, email, ")


def test_what_a_reader_rejected_stands_beside_it_with_its_own_raw_text(con):
    row = {"source": "acd", "file_id": "f1", "record_no": 5, "raw": "x;y", "rule": "bad_time"}
    put(con, "reject", [row | {"field": "start", "found": "x"}, row | {"field": "end", "found": "y"}])
    put(con, "leg", [leg(1)])
    broken(con)
    quarantine.set_aside(con, {})
    ((raw, rules),) = aside(con).values()
    assert (raw, [rule["field"] for rule in rules]) == ("x;y", ["end", "start"])
    assert kept(con, "leg") == [1]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_raw_text_of_a_broken_record_is_read_from_its_file(con, tmp_path, pack):
    content = "id;talk\n1;-5\nMüller;7\n".encode()
    (tmp_path / "landed").write_bytes(pack(content))
    put(con, "leg", [leg(1, talk_s=-5, byte_start=8, byte_end=13), leg(2, agent_id=None, byte_start=13, byte_end=22)])
    broken(con)
    quarantine.set_aside(con, {"f1": tmp_path / "landed"})
    assert [raw for raw, _ in aside(con).values()] == ["1;-5\n", "Müller;7"]


def test_a_record_without_bytes_of_its_own_is_shown_as_its_rows(con):
    put(con, "interaction", [call(1)])
    put(con, "leg", [leg(1, talk_s=-5)])
    broken(con)
    quarantine.set_aside(con, {})
    ((raw, _),) = aside(con).values()
    first, second = raw.splitlines()
    assert first.startswith('interaction {"interaction_id":"acd:1"')
    assert json.loads(second.removeprefix("leg "))["talk_s"] == -5


def test_a_transcript_with_one_turn_a_record_is_set_aside_as_a_whole(con):
    put(con, "utterance", [turn(1, 1), turn(2, 2, speaker="nobody"), turn(1, 3, interaction_id="acd:2")])
    assert broken(con) == [(1, "incomplete_unit"), (2, "speaker_allowed")]
    quarantine.set_aside(con, {})
    assert kept(con, "utterance") == [3]


def test_of_two_whole_transcripts_in_a_file_only_the_broken_one_is_set_aside(con):
    put(con, "utterance", [turn(1, 1), turn(2, 1), turn(1, 2), turn(2, 2, speaker="nobody")])
    assert broken(con) == [(2, "speaker_allowed")]


QUALITY = {"max_share": 0.2, "min_records": 20}


def test_a_file_with_too_large_a_broken_share_is_refused_with_the_most_frequent_rule(con):
    put(con, "leg", [leg(number, talk_s=-1 if number <= 4 else 1) for number in range(1, 20)])
    put(con, "reject", [{"file_id": "f1", "record_no": 20, "rule": "bad_time"}])
    broken(con)
    assert quarantine.refused_files(con, {"f1": 20}, **QUALITY) == {
        "f1": "5 of 20 records (25.0%) cannot be used, more than 20.0%; most often talk_s_low (4 records)"
    }


def test_exactly_the_allowed_share_is_not_too_much(con):
    put(con, "leg", [leg(number, talk_s=-1 if number <= 4 else 1) for number in range(1, 21)])
    broken(con)
    assert quarantine.refused_files(con, {"f1": 20}, **QUALITY) == {}


def test_a_small_file_is_not_refused_for_its_share(con):
    put(con, "leg", [leg(number, talk_s=-1) for number in range(1, 20)])
    broken(con)
    assert quarantine.refused_files(con, {"f1": 19}, **QUALITY) == {}


def test_one_break_of_a_blocking_rule_refuses_a_file_of_any_size(con):
    put(con, "leg", [leg(1)])
    broken(con)
    con.execute("INSERT INTO stage.broken (file_id, record_no, rule, severity) VALUES ('f1', 1, 'wrong_day', 'block')")
    refused = quarantine.refused_files(con, {"f1": 1}, **QUALITY)
    assert refused == {"f1": "wrong_day is broken in 1 records, which refuses the file"}


@pytest.mark.parametrize("first", ["refuse", "set aside"])
def test_a_refused_file_leaves_nothing_in_stage_or_quarantine(con, first):
    rows = [leg(1, talk_s=-1), leg(2), leg(3, file_id="f2", talk_s=-1)]
    put(con, "leg", rows)
    put(con, "reject", [{"file_id": "f1", "record_no": 9, "rule": "bad_time"}])
    broken(con)
    if first == "set aside":
        quarantine.set_aside(con, {})
    stage.drop_files(con, ["f1"])
    quarantine.drop_files(con, ["f1"])
    if first == "refuse":
        quarantine.set_aside(con, {})
    assert kept(con, "leg") == []
    assert con.execute("SELECT file_id FROM stage.quarantine").fetchall() == [("f2",)]
    assert con.execute("SELECT DISTINCT file_id FROM stage.broken").fetchall() == [("f2",)]


def test_stage_quarantine_is_what_the_load_expects(con):
    broken(con)
    found = [name for name, *_ in con.execute("DESCRIBE stage.quarantine").fetchall()]
    wanted = {column.name for column in table("quarantine").columns} - {"run_seq", "file_name"}
    assert set(found) == wanted


def test_a_long_record_is_cut_and_undecodable_bytes_are_shown_as_such(tmp_path):
    path = tmp_path / "landed"
    path.write_bytes(b"a" * (MAX_BYTES + 10) + b"\xff!")
    assert raw_text(path, 0, MAX_BYTES + 12) == "a" * MAX_BYTES
    assert raw_text(path, MAX_BYTES + 10, MAX_BYTES + 12) == "\ufffd!"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300),
    spans=st.lists(st.tuples(st.integers(0, 320), st.integers(0, 320))),
    pack=st.booleans(),
)
def test_any_spans_in_order_give_the_bytes_that_stand_there(tmp_path, content, spans, pack):
    path = tmp_path / "landed"
    path.write_bytes(gzip.compress(content) if pack else b"." + content)
    plain = content if pack else b"." + content
    spans = sorted(span for span in spans if span[0] <= span[1])
    assert list(raw_texts(path, spans)) == [plain[start:end].decode("utf-8", "replace") for start, end in spans]


def test_overlapping_and_missing_spans_are_read_in_one_go(tmp_path):
    path = tmp_path / "landed"
    path.write_bytes(b"0123456789")
    assert list(raw_texts(path, [(0, 4), (2, 3), (2, 6), (8, 20), (30, 40)])) == ["0123", "2", "2345", "89", ""]
