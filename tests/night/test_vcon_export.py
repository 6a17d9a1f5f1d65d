"""Contacts go out as vCons and come in again with the same words, times and parties."""

from __future__ import annotations

import json

import pytest
from night_kit import query, run_night, small_workspace
from typer.testing import CliRunner

from flows.cli import app

SOURCES = """
[[sources]]
name = "again"
format = "vcon"
files = "*.vcon"
[sources.settings]
text_channel = "voice"
"""
SAID = """
SELECT u.seq, u.speaker, coalesce(u.agent_id, one.agent_id), i.started_at + to_milliseconds(u.start_ms), u.text
FROM core.utterance AS u JOIN core.interaction AS i USING (interaction_id)
LEFT JOIN (SELECT interaction_id, any_value(agent_id) AS agent_id FROM core.leg WHERE outcome = 'handled'
  GROUP BY interaction_id HAVING count(DISTINCT agent_id) = 1) AS one
  ON one.interaction_id = u.interaction_id AND u.speaker = 'agent'
WHERE u.start_ms IS NOT NULL AND i.channel = 'voice' ORDER BY ALL
"""


@pytest.fixture(scope="module")
def exported(demo_night):
    workspace, _ = demo_night
    done = CliRunner().invoke(app, ["export", "vcon", "-w", str(workspace), "-o", "-"])
    assert done.exit_code == 0, done.stderr
    return workspace, done.stdout


def test_every_contact_is_a_whole_vcon_of_its_own(exported):
    workspace, text = exported
    documents = [json.loads(line) for line in text.splitlines()]
    assert len(documents) == query(workspace, "SELECT count(*) FROM core.interaction")[0][0]
    assert len({one["uuid"] for one in documents}) == len(documents)
    for one in documents:
        assert one["vcon"] == "0.4.0"
        assert one["dialog"]
        assert all(index < len(one["parties"]) for dialog in one["dialog"] for index in dialog["parties"])


def test_scores_travel_with_every_answer_and_its_evidence(exported):
    workspace, text = exported
    reports = [
        report["body"] for line in text.splitlines() for report in json.loads(line)["analysis"] if "product" in report
    ]
    kept = query(workspace, "SELECT leg_id, policy_id, final FROM qa.score")
    assert {(one["leg_id"], one["policy_id"], one["final"]) for one in reports} == set(kept)
    failed = [answer for one in reports for answer in one["answers"] if answer["outcome"] == "fail"]
    assert failed
    assert all(answer["evidence"] for answer in failed)


def test_our_own_reader_finds_the_same_words_times_and_people(exported, tmp_path):
    workspace, text = exported
    again = small_workspace(tmp_path / "again", SOURCES, {"all.vcon": text.encode()}, {})
    report = run_night(again)
    assert (report.status, report.records["quarantined"]) == ("ok", 0)
    assert report.records["loaded"] == len(text.splitlines())
    mine, theirs = query(workspace, SAID), query(again, SAID)
    assert len(mine) > 500
    assert theirs == mine


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_public_package_reads_it(exported):
    package = pytest.importorskip("vcon.vcon", reason="the package vcon is not installed")
    _, text = exported
    for line in text.splitlines()[:50]:
        document, built = json.loads(line), package.Vcon.build_from_json(line)
        assert built.uuid == document["uuid"]
        assert [one.to_dict().get("role") for one in built.parties] == [one["role"] for one in document["parties"]]
        assert [one.get("body") for one in built.dialog] == [one.get("body") for one in document["dialog"]]
        assert len(built.analysis) == len(document["analysis"])
