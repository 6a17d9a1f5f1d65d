"""What people enter waits in small private files until a night takes it."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import entries, inbox
from flows.inbox import claim
from schemas.config import ENTRIES, Config, Site, Source
from schemas.errors import CallqaError

NOW = datetime(2026, 3, 3, 9, 0, 0, 123456, tzinfo=UTC)
ROW = {"dispute_id": "d-1", "leg_id": "s:1/1", "is_wrong_agent": True, "claim": "Grüße", "claimed_at": NOW}


def config(path, *sources):
    return Config(path, Site("T", "Europe/Berlin"), sources)


def test_an_entry_is_a_private_file_named_by_its_content(tmp_path):
    first = entries.write(config(tmp_path), "dispute", [ROW], NOW)
    assert entries.write(config(tmp_path), "dispute", [ROW], NOW) == first
    assert [path.name for path in first.parent.iterdir()] == [first.name]
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    assert json.loads(first.read_text()) == {
        "table": "dispute",
        "dispute_id": "d-1",
        "leg_id": "s:1/1",
        "is_wrong_agent": True,
        "claim": "Grüße",
        "claimed_at": "2026-03-03T09:00:00.123456+00:00",
        "updated_at": "2026-03-03T09:00:00.123456+00:00",
    }
    assert entries.write(config(tmp_path), "dispute", [ROW], NOW + timedelta(seconds=1)) != first


def test_what_waits_comes_back_typed_and_the_oldest_first(tmp_path):
    entries.write(config(tmp_path), "dispute", [ROW | {"decision": "accepted"}], NOW + timedelta(hours=1))
    entries.write(config(tmp_path), "dispute", [ROW], NOW)
    entries.write(config(tmp_path), "exception", [{"exception_id": "x-1"}], NOW)
    found = entries.waiting(config(tmp_path), "dispute")
    assert [row["decision"] for row in found] == [None, "accepted"]
    assert (found[0]["claimed_at"], found[0]["policy_id"]) == (NOW, None)
    assert entries.waiting(config(tmp_path / "empty"), "dispute") == []


def test_a_broken_file_is_left_to_the_night(tmp_path):
    folder = config(tmp_path).entries
    folder.mkdir(parents=True)
    (folder / "dispute-x.jsonl").write_text('{"dispute_id": "d-1"}\nnonsense')
    (folder / "dispute-y.jsonl").write_text("[1]")
    assert entries.waiting(config(tmp_path), "dispute") == []


def test_of_published_and_waiting_the_later_one_holds(tmp_path):
    published = [ROW | {"decision": None, "updated_at": NOW}, ROW | {"dispute_id": "d-2", "updated_at": NOW}]
    entries.write(config(tmp_path), "dispute", [ROW | {"decision": "rejected"}], NOW + timedelta(hours=1))
    entries.write(config(tmp_path), "dispute", [ROW | {"dispute_id": "d-2"}], NOW - timedelta(hours=1))
    found = entries.together(config(tmp_path), "dispute", published)
    assert {id: row["is_waiting"] for id, row in found.items()} == {"d-1": True, "d-2": False}
    assert found["d-1"]["decision"] == "rejected"


def test_a_folder_that_cannot_be_made_is_an_error_with_its_place(tmp_path):
    (tmp_path / "inbox").write_text("a file")
    with pytest.raises(CallqaError, match="cannot make the folder"):
        entries.write(config(tmp_path), "dispute", [ROW], NOW)


def test_no_other_source_takes_an_entry(tmp_path):
    greedy = Source("greedy", "jsonl", "**/*.jsonl", mapping="m.yaml")
    made = config(tmp_path, greedy)
    entries.write(made, "dispute", [ROW], NOW)
    (found,) = claim(made)
    assert (found.status, found.source) == ("claimed", ENTRIES)
    assert inbox.release(made, found)
    assert not list(made.entries.iterdir())


def test_a_source_of_that_name_is_refused():
    with pytest.raises(ValueError, match="two sources are called 'entries'"):
        config(Path("/w"), Source("entries", "csv", "*.csv"))


def test_ids_are_made_from_what_they_stand_for():
    assert entries.new_id("d", "s:1/1", None) == entries.new_id("d", "s:1/1", None)
    assert entries.new_id("d", "s:1/1") != entries.new_id("d", "s:1/2")
    assert entries.new_id("d", "s:1/1").startswith("d-")
