"""Other people's logs, through the mappings in docs/examples. Skipped where the data is not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from night_kit import query, run_night, small_workspace

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.exists(), reason="no shared data here")]
SOURCES = """
[[sources]]
name = "telecom"
format = "csv"
files = "telecom*.csv"
mapping = "mappings/telecom.yaml"
[[sources]]
name = "bank"
format = "csv"
files = "bank*.csv"
mapping = "mappings/bank.yaml"
[[sources]]
name = "star"
format = "json"
files = "star/*.json"
mapping = "mappings/star.yaml"
[[sources]]
name = "list"
format = "mbox"
files = "*.mbox"
[sources.settings]
agent_domains = ["ischool.berkeley.edu"]
"""
CHAT = """
policy: chat
version: 1
title: Chat
effective: {from: 2015-01-01}
applies_to: {channel: [chat]}
sections:
  - id: form
    title: Form
    weight: 1
    questions:
      - id: greeting
        text: Was the customer greeted?
        coaching: Greet first.
        check: {phrase: {any: [hello, hi, good morning, good day], window: {first: 4}}}
      - id: closing
        text: Was the customer bid farewell?
        coaching: End with a goodbye.
        check: {phrase: {any: [goodbye, good bye, bye, have a nice *, good day, thank you *], window: {last: 4}}}
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    mappings = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "examples").glob("*.yaml")}
    files = {
        path.name: path.read_bytes() for path in [*(DATA / "acd").glob("*.csv"), DATA / "mail" / "small_list.mbox"]
    }
    workspace = small_workspace(tmp_path_factory.mktemp("real") / "w", SOURCES, files, mappings)
    shutil.copytree(DATA / "star" / "dialogues", workspace / "inbox" / "star")
    (workspace / "policies" / "chat.yaml").write_text(CHAT, encoding="utf-8")
    return workspace, run_night(workspace)


def one(workspace, sql):
    return query(workspace, sql)[0]


def test_the_telecom_quarter(night):
    workspace, _ = night
    calls = "SELECT count(*), count(*) FILTER (outcome = 'answered'), count(*) FILTER (resolved) FROM core.interaction"
    assert one(workspace, f"{calls} WHERE source = 'telecom'") == (5000, 4054, 3646)
    talk = "SELECT sum(talk_s)::INT, round(avg(talk_s), 2) FROM core.leg WHERE source = 'telecom'"
    assert one(workspace, talk) == (911837, 224.92)
    agent = (
        "SELECT count(*), count(*) FILTER (l.outcome = 'handled'), count(*) FILTER (resolved), "
        "round(avg(l.talk_s), 2), round(avg(csat), 3) "
        "FROM core.leg AS l JOIN core.interaction USING (interaction_id) WHERE agent_id = '{}'"
    )
    assert one(workspace, agent.format("Becky")) == (631, 517, 462, 220.01, 3.371)
    assert one(workspace, agent.format("Jim")) == (666, 536, 485, 228.11, 3.394)


def test_a_queue_is_counted_where_the_export_is_of_one_and_nowhere_else(night):
    workspace, _ = night
    queues = "SELECT queue, sum(offered)::INT, sum(answered)::INT, sum(abandoned)::INT FROM queue_day GROUP BY queue"
    assert query(workspace, queues) == [("telecom", 5000, 4054, 946)]
    waited = "SELECT count(*) FROM interactions WHERE source = 'bank' AND outcome = 'abandoned' AND queue_s > 0"
    assert one(workspace, waited) == (726,)


def test_handle_time_of_a_source_without_hold_and_wrap_is_unknown_not_talk(night):
    workspace, _ = night
    states = "SELECT DISTINCT state FROM metric.handle_s JOIN core.leg ON leg_id = entity_id WHERE source = 'telecom'"
    assert query(workspace, f"{states} AND outcome = 'handled'") == [("unknown",)]


def test_the_bank_day(night):
    workspace, _ = night
    ledger = "SELECT records_read, records_quarantined, records_loaded FROM ops.file_ledger WHERE source = 'bank'"
    assert one(workspace, ledger) == (2375, 3, 2372)
    agent = "SELECT count(*), round(avg(talk_s), 2) FROM core.leg WHERE agent_id = '{}'"
    assert one(workspace, agent.format("SHARON")) == (164, 133.1)
    assert one(workspace, agent.format("AVI")) == (161, 119.4)
    assert one(workspace, agent.format("NO_SERVER"))[0] == 0
    assert one(workspace, "SELECT count(*) FROM core.leg WHERE source = 'bank'") == (1502,)
    rules = "SELECT rules::VARCHAR FROM ops.quarantine WHERE source = 'bank'"
    assert all("ivr_s_low" in text for (text,) in query(workspace, rules))
    left = "SELECT count(*) FROM core.interaction WHERE source = 'bank' AND disposition = '{}'"
    assert (one(workspace, left.format("HANG")), one(workspace, left.format("PHANTOM"))) == ((846,), (18,))


def test_the_star_dialogues(night):
    workspace, _ = night
    star = "SELECT count(*), count(*) FILTER (resolved), count(customer_id) FROM core.interaction WHERE source = 'star'"
    assert one(workspace, star) == (113, 96, 113)  # seven dialogues have no word of either side, and so no time
    assert one(workspace, "SELECT count(*) FROM ops.quarantine WHERE source = 'star'") == (7,)
    speakers = "SELECT DISTINCT speaker FROM core.utterance WHERE source = 'star' ORDER BY 1"
    assert query(workspace, speakers) == [("agent",), ("customer",), ("system",)]  # system: what it was asked
    assert one(workspace, "SELECT count(*) FROM qa.score WHERE policy_id = 'chat'") == (113,)
    assert one(workspace, "SELECT count(DISTINCT outcome) FROM qa.answer WHERE question_id = 'greeting'")[0] >= 2


def test_the_mailing_list(night):
    workspace, _ = night
    assert one(workspace, "SELECT count(*) FROM core.message WHERE source = 'list'") == (6,)


def test_all_records_are_accounted_for(night):
    _, report = night
    assert report.status == "ok"
    assert report.records["read"] == sum(count for name, count in report.records.items() if name != "read") == 7501
