"""Settings of the Amazon Connect readers that could only give wrong rows are refused, with the key named."""

from __future__ import annotations

import json

import pytest
from connect_kit import DOCUMENTS, contact, reader, rows, transcript

from schemas.errors import ConfigError, Where


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("connect_ctr", {"resolved_attribute": "done"}, "resolved_yes"),
        ("connect_ctr", {"resolved_yes": ["ja"]}, "resolved_attribute"),
        ("connect_ctr", {"resolved_attribute": "d", "resolved_yes": ["x"], "resolved_no": ["x"]}, "a value stands"),
        ("connect_ctr", {"topic": "t"}, "unknown key"),
        ("contact_lens", {"job_pattern": "("}, "is no pattern"),
        ("contact_lens", {"file_pattern": "call"}, "exactly one group"),
        ("connect_agent_events", {"agents": "a07"}, "wrong type"),
        ("connect_evaluation", {"agents": {"u": 7}}, "wrong type"),
    ],
)
def test_wrong_settings_are_refused(name, given, words):
    with pytest.raises(ConfigError, match=words):
        reader(name).settings(given, lambda key: Where("callqa.toml", field=key))


def test_the_file_s_name_says_when_an_analysis_was_made_and_of_which_contact(tmp_path):
    document = transcript("", "Raw", ("AGENT", 0, "Hallo"))
    name = "c-9_analysis_redacted_2026-03-02T10_00_05Z.json"
    settings = {"file_pattern": "^(.+)_analysis"}
    found = rows(tmp_path / "i.json", "contact_lens", json.dumps(document).encode(), settings, name=name)
    assert found["contact_turn"][0]["contact_id"] == "s:c-9"
    assert found["contact_turn"][0]["updated_at"].isoformat() == "2026-03-02T10:00:05+00:00"


def test_an_agent_s_own_queue_has_a_wait_and_no_name(tmp_path):
    own = {"ARN": "arn:aws:connect:x/instance/i/queue/agent/u7", "Name": None, "Duration": 4}
    record = contact("c1", "08:00:00Z", "08:01:00Z", Queue=own | {"EnqueueTimestamp": "2026-03-02T08:00:00Z"})
    (row,) = rows(tmp_path / "i.json", "connect_ctr", json.dumps(record).encode())["contact_record"]
    assert (row["queue"], row["is_queued"], int(row["queue_s"])) == (None, True, 4)


@pytest.mark.parametrize("name", sorted({name for name, _ in DOCUMENTS}))
def test_a_document_of_another_format_is_rejected(tmp_path, name):
    for other, document in DOCUMENTS:
        if other != name:
            assert rows(tmp_path / "i.json", name, json.dumps(document).encode()) == {}
