"""Files of a share go through a whole night; a place that does not answer is a problem and no end."""

from __future__ import annotations

import gzip

from night_kit import query, run_night, small_workspace

MAPPING = """
record: call
columns:
  id: id
  channel: {value: voice}
  started_at: {from: started, date: "%Y-%m-%d %H:%M:%S"}
"""
SOURCES = """
[[sources]]
name = "gone"
format = "csv"
fetch = "{gone}"
mapping = "mappings/calls.yaml"
[[sources]]
name = "share"
format = "csv"
fetch = "{share}"
mapping = "mappings/calls.yaml"
"""


def test_a_share_is_loaded_once_and_a_missing_place_is_named(tmp_path):
    share = tmp_path / "share"
    share.mkdir()
    (share / "calls.csv.gz").write_bytes(gzip.compress(b"id,started\n1,2026-03-02 10:00:00\n"))
    sources = SOURCES.format(share=share.as_uri(), gone=(tmp_path / "gone").as_uri())
    workspace = small_workspace(tmp_path / "site", sources, {}, {"calls.yaml": MAPPING})
    report = run_night(workspace)
    assert (report.status, report.exit_code) == ("problems", 1)
    assert [item["source"] for item in report.unreached] == ["gone"]
    assert "cannot read from this place" in report.to_markdown()
    assert report.records["loaded"] == 1
    assert query(workspace, "SELECT interaction_id FROM core.interaction") == [("share:1",)]
    again = run_night(workspace)
    assert again.files == {"loaded": 0, "duplicate": 0, "refused": 0, "waiting": 0}
    assert (share / "calls.csv.gz").exists()
    assert not list((workspace / "inbox" / "share").iterdir())
