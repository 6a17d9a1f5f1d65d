"""The reader of queue_log files: blocks, repeats, encodings, settings."""

from __future__ import annotations

import pytest

from flows.reading import blocks
from flows.reading.contract import SourceFile
from flows.sources import queue_log, queue_log_db
from schemas.errors import ConfigError, InputRefused, Where

LINE = "1772434810|1772434810.2|hotline|Agent/21|RINGNOANSWER|0"


def where(key):
    return Where("callqa.toml", field=key)


def rows_of(folder, content, module=queue_log, record_bytes=16 << 20, **raw):
    path = folder / "input"
    path.write_bytes(content)
    file = SourceFile(path, path.name, "file", "queue", "pbx", "Europe/Berlin", record_bytes)
    rows, refused = [], []
    for chunk in module.read(file, module.settings(raw, where)):
        rows += [row for batch in chunk.tables.get("queue_event", []) for row in batch.to_pylist()]
        refused += chunk.rejects.to_pylist() if chunk.rejects else []
    return rows, refused


@pytest.mark.parametrize("block", [64, 100, 1000, 1 << 20])
def test_repeats_are_numbered_the_same_whatever_the_size_of_a_block(block, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", block)
    later = LINE.replace("1772434810|", "1772434811|")
    rows, _ = rows_of(tmp_path, f"{LINE}\n{LINE}\n{LINE}\n{later}\n{later}\n{LINE}\n".encode())
    assert [row["repeat_no"] for row in rows] == [1, 2, 3, 1, 2, 1]
    assert [row["record_no"] for row in rows] == [1, 2, 3, 4, 5, 6]


def test_names_that_are_no_utf8_survive_in_the_fallback_and_are_flagged(tmp_path):
    content = "1772434810|1.2|Büro|".encode() + "Jürgen".encode("latin-1") + b"|PAUSE|\n"
    ((row,), _) = rows_of(tmp_path, content)
    assert (row["queue"], row["agent_id"], row["text_flag"]) == ("Büro", "Jürgen", "fallback")


def test_without_a_fallback_they_are_refused_and_with_the_right_encoding_they_need_none(tmp_path):
    content = "1772434810|1.2|q|Jürgen €|PAUSE|\n".encode("cp1252")
    rows, (refused,) = rows_of(tmp_path, content, fallback_encoding="")
    assert (rows, refused["rule"], refused["found"]) == ([], "bad_encoding", "byte 0xfc")
    ((row,), _) = rows_of(tmp_path, content, encoding="cp1252")
    assert (row["agent_id"], row["text_flag"]) == ("Jürgen €", None)


def test_a_line_longer_than_a_record_may_be_is_set_aside_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 512)
    long = LINE + "x" * 5000
    rows, (refused,) = rows_of(tmp_path, f"{LINE}\n{long}\n{LINE}\n".encode(), record_bytes=1000)
    assert refused["rule"] == "too_long"
    assert [row["record_no"] for row in rows] == [1, 3]


def test_an_unknown_event_is_a_row_with_its_arguments(tmp_path):
    ((row,), _) = rows_of(tmp_path, b"1772434810|1772434810.2|hotline|NONE|SITEWORD|4||2||\n")
    assert (row["verb"], row["args"]) == ("SITEWORD", "4||2")


@pytest.mark.parametrize(
    ("module", "raw"),
    [
        (queue_log, {"encoding": "utf-16"}),
        (queue_log, {"fallback_encoding": "nope"}),
        (queue_log, {"direction": "sideways"}),
        (queue_log, {"agent": {}}),
        (queue_log_db, {"timezone": "Europe/Nowhere"}),
        (queue_log_db, {"delimiter": "||"}),
    ],
)
def test_settings_that_could_only_give_wrong_rows_are_refused(module, raw):
    with pytest.raises(ConfigError) as refused:
        module.settings(raw, where)
    assert "callqa.toml" in str(refused.value)


HEADER = b"time,callid,queuename,agent,event,data1,data2,data3,data4,data5\n"


def test_a_local_time_that_happened_twice_is_the_second_where_the_call_began_later_than_the_first(tmp_path):
    line = b"2026-10-25 02:10:00.5,1792890600.9,q,NONE,CLOSED,,,,,\n"  # made at 01:10 UTC, which is the second 02:10
    ((row,), _) = rows_of(tmp_path, HEADER + line, queue_log_db)
    assert (row["happened_at"].isoformat(), row["time_flag"], row["utc_offset_min"]) == (
        "2026-10-25T01:10:00.500000+00:00",
        None,
        60,
    )


def test_the_table_and_the_file_give_the_same_arguments(tmp_path):
    args = "LINK|SIP/1|SIP/2|5|60|1"
    ((row,), _) = rows_of(
        tmp_path, HEADER + b"1772434810,1.2,q,a,ATTENDEDTRANSFER,LINK,SIP/1,SIP/2,5,60|1\n", queue_log_db
    )
    ((other,), _) = rows_of(tmp_path, f"1772434810|1.2|q|a|ATTENDEDTRANSFER|{args}\n".encode())
    assert row["args"] == other["args"] == args
    assert row["happened_at"] == other["happened_at"]


def test_a_column_nobody_knows_refuses_the_file_unless_it_is_ignored(tmp_path):
    content = HEADER.replace(b"time,", b"shoe,time,") + b"x,1772434810,1.2,q,a,PAUSE,,,,,\n"
    with pytest.raises(InputRefused, match="unknown column"):
        rows_of(tmp_path, content, queue_log_db)
    rows, _ = rows_of(tmp_path, content, queue_log_db, ignore=["shoe"])
    assert len(rows) == 1
