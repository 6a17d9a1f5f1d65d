"""Layouts of CDR files, local times beside epochs, and files that are broken as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telephony_kit import derive, read

from schemas.errors import InputRefused

AGENTS = {"agents": {"21": "a21"}, "timezone": "Europe/Berlin"}
START = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
FIRST = (
    '"","4930555012","21","in","","SIP/trunk-00000001","SIP/21-00000002","Dial","SIP/21",'
    '"{start}","","{start}",0,0,"NO ANSWER","DOCUMENTATION"'
)


def record(*tail, start="2026-03-02 10:20:00"):
    return ",".join([FIRST.format(start=start), *(f'"{one}"' for one in tail)]) + "\n"


def rows_of(path, raw=AGENTS, name="asterisk_cdr"):
    _, rows, rejects = read(name, path, raw)
    return [row for batch in rows.get("call_record", ()) for row in batch.to_pylist()], rejects


@pytest.mark.parametrize(
    ("tail", "channel_id", "call_id"),
    [
        ((), None, None),
        (("1772443200.41",), "pbx:1772443200.41", "pbx:1772443200.41"),
        (("a note",), None, None),
        (("1772443200.41", "a note"), "pbx:1772443200.41", "pbx:1772443200.41"),
        (("acc", "1772443200.40", "7"), None, "pbx:1772443200.40"),
        (("sys-1772443200.41", "acc", "sys-1772443200.40", "7"), "pbx:sys-1772443200.41", "pbx:sys-1772443200.40"),
        (("1772443200.41", "a note", "acc", "1772443200.40", "7"), "pbx:1772443200.41", "pbx:1772443200.40"),
    ],
)
def test_the_columns_follow_from_how_many_there_are(tail, channel_id, call_id, tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(record(*tail))
    ((row,), rejects) = rows_of(path)
    assert not rejects
    assert row["channel_id"] == channel_id
    assert row["call_id"] == (call_id or row["record_id"])


def test_a_record_without_any_id_is_a_call_of_its_own(tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(record() + record(start="2026-03-02 10:21:00"))
    made = derive([read("asterisk_cdr", path, AGENTS)[1]])
    assert len(made["call_record_interaction"]) == 2


@given(seconds=st.integers(0, 4 * 3600), wait=st.integers(0, 2))
def test_the_epoch_in_the_id_decides_which_of_two_local_times_it_was(seconds, wait, tmp_path_factory):
    began = int(datetime(2025, 10, 25, 23, tzinfo=UTC).timestamp()) + seconds
    local = datetime.fromtimestamp(began + wait, ZoneInfo("Europe/Berlin"))
    path = tmp_path_factory.mktemp("night") / "Master.csv"
    path.write_text(record(f"{began}.1", start=f"{local:%Y-%m-%d %H:%M:%S}"))
    ((row,), rejects) = rows_of(path)
    assert not rejects
    assert row["started_at"] == datetime.fromtimestamp(began + wait, UTC)
    assert row["utc_offset_min"] == local.utcoffset().total_seconds() / 60
    assert row["time_flag"] is None


def test_an_open_quote_in_the_last_line_costs_only_that_line(tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text(record("1772443200.41", "") * 3 + record("1772443200.42", "")[:-2])
    rows, rejects = rows_of(path)
    assert (len(rows), [one["rule"] for one in rejects]) == (3, ["open_quote"])


def test_an_open_quote_in_the_middle_is_one_reject_with_the_line_it_swallowed(tmp_path):
    path = tmp_path / "Master.csv"
    good = record("1772443200.41", "a note")
    path.write_text(good + good[:-2] + "\n" + good + good)
    rows, rejects = rows_of(path)
    assert [row["record_no"] for row in rows] == [1, 3]
    assert [(one["rule"], one["record_no"], one["raw"].count("\n")) for one in rejects] == [("bad_quote", 2, 1)]


def test_bytes_that_are_no_utf8_cost_only_their_record(tmp_path):
    path = tmp_path / "Master.csv"
    good = record("1772443200.41", "").encode()
    path.write_bytes(good + good.replace(b'"","SIP/trunk', b'"J\xfcrgen","SIP/trunk'))
    rows, rejects = rows_of(path)
    assert (len(rows), [(one["rule"], one["field"]) for one in rejects]) == (1, [("bad_encoding", "clid")])
    rows, rejects = rows_of(path, AGENTS | {"encoding": "iso8859-1"})
    assert (len(rows), rejects) == (2, [])


def test_a_file_longer_than_a_record_may_be_is_one_reject(tmp_path):
    path = tmp_path / "a_1.cdr.xml"
    path.write_text("<cdr><variables><uuid>" + "x" * 5000 + "</uuid></variables></cdr>")
    _, rows, rejects = read("freeswitch_xml", path, {}, record_bytes=1000)
    assert (rows, [one["rule"] for one in rejects]) == ({}, ["too_long"])


@pytest.mark.parametrize(
    "name", ["freeswitch_xml", "freeswitch_json", "freeswitch_csv", "asterisk_cdr", "asterisk_cel"]
)
def test_an_empty_file_is_refused(name, tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b"")
    with pytest.raises(InputRefused, match="empty"):
        read(name, path, AGENTS | {"timezone": "UTC"})


def test_entities_cannot_blow_up_or_read_files(tmp_path):
    path = tmp_path / "a_1.cdr.xml"
    for declared in ('<!ENTITY a SYSTEM "file:///etc/hostname">', '<!ENTITY b "bbbb"><!ENTITY a "&b;&b;">'):
        path.write_text(f"<!DOCTYPE cdr [{declared}]><cdr><variables><uuid>&a;</uuid></variables></cdr>")
        _, rows, rejects = read("freeswitch_xml", path, {})
        assert (rows, [one["rule"] for one in rejects]) == ({}, ["forbidden_xml"])
