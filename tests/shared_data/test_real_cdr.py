"""Real call detail records and channel events, against figures counted with Python's csv module."""

from __future__ import annotations

import importlib.util
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data/cdr"
SETTINGS = {"timezone": "UTC", "phones": "^SIP/(?P<extension>[0-9]{3})-", "phone_answers_in": ["Dial"]}
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.exists(), reason="no shared data beside the checkout")]


def kit():
    """The kit of the unit tests, which are in another folder."""
    spec = importlib.util.spec_from_file_location("telephony_kit", ROOT / "tests/unit/telephony/telephony_kit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def counts(chunks, rejects):
    return sum(chunk.read for chunk in chunks), len({one["record_no"] for one in rejects})


@pytest.mark.parametrize(
    ("name", "read", "rejected"),
    [
        ("asterisk11_Master.csv", 105, 0),
        ("testsuite_Master.csv", 2, 0),
        ("testsuite_Master2.csv", 1, 0),
        ("testsuite_good.csv", 5, 0),
        ("testsuite_buggy.csv", 1, 1),
    ],
)
def test_every_record_is_a_row_or_a_reject(name, read, rejected):
    chunks, rows, rejects = kit().read("asterisk_cdr", DATA / name, SETTINGS)
    assert counts(chunks, rejects) == (read, rejected)
    assert sum(batch.num_rows for batch in rows.get("call_record", ())) == read - rejected


def test_the_file_that_ends_in_an_open_quote_says_so():
    _, rows, rejects = kit().read("asterisk_cdr", DATA / "testsuite_buggy.csv", SETTINGS)
    assert (rows, [(one["rule"], one["record_no"]) for one in rejects]) == ({}, [("open_quote", 1)])


def test_the_exchange_answers_far_more_calls_than_its_phones():
    _, rows, _ = kit().read("asterisk_cdr", DATA / "asterisk11_Master.csv", SETTINGS)
    records = [row for batch in rows["call_record"] for row in batch.to_pylist()]
    assert Counter(row["disposition"] for row in records) == {"ANSWERED": 94, "NO ANSWER": 7, "FAILED": 2, "BUSY": 2}
    assert sum(row["duration_s"] for row in records) == 2698
    called = [row for row in records if row["agent_role"] == "called"]
    assert len(called) == 13
    assert sum(row["is_taken"] for row in called) == 2
    assert sum(row["talk_s"] for row in called if row["talk_s"] is not None) == 32
    assert sum(row["is_voicemail"] for row in records) == 6
    made = kit().derive([rows])
    assert len(made["call_record_interaction"]) == 105
    assert Counter(row["outcome"] for row in made["call_record_leg"] if row["agent_id"]) == {"missed": 11, "handled": 4}


def test_a_record_in_two_files_is_one():
    read = kit().read
    deliveries = [
        read("asterisk_cdr", DATA / name, SETTINGS)[1] for name in ("testsuite_Master.csv", "testsuite_Master2.csv")
    ]
    assert len(kit().derive(deliveries)["call_record_interaction"]) == 2


def test_times_in_another_zone_than_the_settings_say_are_found():
    chunks = kit().read
    with pytest.raises(Exception, match="do not fit the time zone"):
        chunks("asterisk_cdr", DATA / "asterisk11_Master.csv", SETTINGS | {"timezone": "Europe/Berlin"})


def test_channel_events_before_version_12_give_the_talk_of_their_bridge():
    raw = {"phones": "^TinCan/(?P<extension>[a-z]+)$"}
    chunks, rows, rejects = kit().read("asterisk_cel", DATA / "testsuite_CELMaster1.csv", raw)
    assert counts(chunks, rejects) == (16, 0)
    made = kit().derive([rows])
    (call,) = made["channel_interaction"]
    assert call["ended_at"] == datetime(2012, 4, 24, 23, 30, 13, 625295, tzinfo=UTC)
    (leg,) = made["channel_leg"]
    # 1335310195.531291 to 1335310212.721349
    assert (leg["agent_id"], str(leg["talk_s"]), leg["outcome"]) == ("string", "17.190", "handled")
