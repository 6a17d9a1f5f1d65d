"""Broken input of every kind: one clear line each, nothing of it loaded, the rest of the night done."""

from __future__ import annotations

import os

import pytest
from night_kit import query, run_night, small_workspace

MAPPING = """
record: call
columns:
  id: id
  channel: {value: voice}
  agent: agent
  started_at: {from: started, date: "%Y-%m-%d %H:%M:%S"}
  talk_s: {from: talk, as: clock}
"""
SOURCES = """
[[sources]]
name = "calls"
format = "csv"
files = "*.csv"
mapping = "mappings/calls.yaml"
[[sources]]
name = "lines"
format = "jsonl"
files = "*.jsonl"
mapping = "mappings/calls.yaml"
[[sources]]
name = "tables"
format = "parquet"
files = "*.parquet"
mapping = "mappings/calls.yaml"
[[sources]]
name = "mail"
format = "mbox"
files = "*.mbox"
[sources.settings]
agent_domains = ["example.org"]
[[sources]]
name = "lost"
format = "csv"
files = "*.lost"
mapping = "mappings/none.yaml"
[[sources]]
name = "typo"
format = "csw"
files = "*.typo"
mapping = "mappings/calls.yaml"
"""
HEAD = b"id,agent,started,talk\n"
GOOD = HEAD + b"1,a1,2026-03-02 10:00:00,3:44\n"
REFUSED = {
    "empty.csv": (b"", "empty"),
    "utf16.csv": ("id,agent\n1,2\n".encode("utf-16"), "UTF-16"),
    "unknown_column.csv": (
        b"id,agent,started,talk,mood\n1,a,2026-03-02 10:00:00,1:00,bad\n",
        "unknown column: found 'mood'",
    ),
    "missing_column.csv": (b"id,agent,started\n1,a,2026-03-02 10:00:00\n", "no column 'talk'"),
    "same_column.csv": (b"id,id,started,talk\n1,a,2026-03-02 10:00:00,1:00\n", "two columns of one name: found 'id'"),
    "open_quote.csv": (
        GOOD + b'2,"a,2026-03-02 10:00:00,1:00\n' + b"3,a,2026-03-02 10:00:00,1:00\n" * 3,
        "never closed",
    ),
    "cut.parquet": (b"PAR1" + b"\0" * 20, "not a readable Parquet file"),
    "junk.mbox": (b"\x00\x01 no mail at all", "junk.mbox"),
    "a.lost": (GOOD, "none.yaml"),
    "a.typo": (GOOD + b"\n", "Did you mean 'csv'"),
    "nobody.xyz": (b"what is this", "no source in callqa.toml takes it"),
}
SET_ASIDE = {
    "count.csv": (b"2,a2,2026-03-02 10:00:00\n", "field_count"),
    "latin1.csv": (b"2,M\xfcller,2026-03-02 10:00:00,1:00\n", "bad_encoding"),
    "nul.csv": (b"2,a\x00b,2026-03-02 10:00:00,1:00\n", "nul_byte"),
    "gap.csv": (b"2,a2,2026-03-29 02:30:00,1:00\n", "dst_gap"),
    "day.csv": (b"2,a2,2026-02-30 10:00:00,1:00\n", "bad_time"),
    "talk.csv": (b"2,a2,2026-03-02 10:00:00,soon\n", "bad_duration"),
    "negative.csv": (b"2,a2,2026-03-02 10:00:00,-0:05\n", "talk_s_low"),
    "nameless.csv": (b",a2,2026-03-02 10:00:00,1:00\n", "missing_id"),
    "tail.csv": (b'2,"a2,2026-03-02 10:00:00,1:00', "open_quote"),
}


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    files = {name: content for name, (content, _) in REFUSED.items()}
    # Each good record has another talk time, so that no two files have the same content.
    for at, (name, (line, _)) in enumerate(SET_ASIDE.items()):
        files[name] = HEAD + f"g{at},a1,2026-03-02 10:00:00,3:{at:02}\n".encode() + line
    files["lines.jsonl"] = (
        b'{"id": "j1", "agent": "a1", "started": "2026-03-02 10:00:00", "talk": "1:00"}\n{"id": "j2", "agent": \n'
        b'[1, 2]\n{"id": "j3", "id": "j4", "agent": "a", "started": "2026-03-02 10:00:00", "talk": "1:00"}\n\n'
    )
    workspace = tmp_path_factory.mktemp("broken") / "w"
    small_workspace(workspace, SOURCES, files, {"calls.yaml": MAPPING})
    os.symlink("/etc/hostname", workspace / "inbox" / "link.csv")
    return workspace, run_night(workspace)


def test_each_unusable_file_is_refused_in_one_line_that_says_why(night):
    _, report = night
    reasons = {item["file"]: item["reason"] for item in report.refused}
    assert set(reasons) == set(REFUSED) | {"link.csv"}
    for name, (_, words) in REFUSED.items():
        assert words in reasons[name], (name, reasons[name])
        assert "\n" not in reasons[name]
        assert "Traceback" not in reasons[name]
    assert "symbolic link" in reasons["link.csv"]
    assert (report.status, report.exit_code) == ("problems", 1)


def test_refused_files_stay_in_the_inbox_and_are_tried_again(night):
    workspace, _ = night
    left = {path.name for path in (workspace / "inbox").iterdir()}
    assert left == set(REFUSED) | {"link.csv"}


def test_each_broken_record_is_set_aside_with_rule_and_raw_text_and_the_rest_is_loaded(night):
    workspace, report = night
    rows = query(workspace, "SELECT file_name, record_no, rules::VARCHAR, raw FROM ops.quarantine")
    found = {name: (number, rules, raw) for name, number, rules, raw in rows if name.endswith(".csv")}
    assert set(found) == set(SET_ASIDE)
    for name, (line, rule) in SET_ASIDE.items():
        number, rules, raw = found[name]
        assert number == 2
        assert f'"{rule}"' in rules, (name, rules)
        assert raw.split(",")[0] == line.split(b",")[0].decode("latin1")
    assert query(workspace, "SELECT count(*) FROM core.interaction WHERE source = 'calls'") == [(len(SET_ASIDE),)]
    assert report.records["read"] == sum(v for k, v in report.records.items() if k != "read")


def test_json_lines_are_judged_one_by_one(night):
    workspace, _ = night
    rows = query(
        workspace, "SELECT record_no, rules::VARCHAR FROM ops.quarantine WHERE file_name = 'lines.jsonl' ORDER BY 1"
    )
    assert [number for number, _ in rows] == [2, 3, 4]
    for (_, rules), rule in zip(rows, ("bad_json", "not_an_object", "duplicate_key"), strict=True):
        assert f'"{rule}"' in rules
    assert query(workspace, "SELECT records_ignored FROM ops.file_ledger WHERE file_name = 'lines.jsonl'") == [(1,)]


def test_a_file_that_is_mostly_broken_is_refused_as_a_whole(tmp_path):
    lines = [f"{n},a1,2026-03-02 10:00:00,{'soon' if n % 2 else '1:00'}\n".encode() for n in range(40)]
    workspace = small_workspace(tmp_path / "w", SOURCES, {"half.csv": HEAD + b"".join(lines)}, {"calls.yaml": MAPPING})
    report = run_night(workspace)
    assert report.files["refused"] == 1
    assert "20 of 40 records (50.0%)" in report.refused[0]["reason"]
    assert query(workspace, "SELECT count(*) FROM core.interaction") == [(0,)]
    assert query(workspace, "SELECT count(*) FROM ops.quarantine") == [(0,)]
