"""What a run published stays readable; what changed since is listed with the contact, the record and the file."""

from __future__ import annotations

import pytest
from night_kit import query, run_night, small_workspace

SOURCE = '[[sources]]\nname = "calls"\nformat = "csv"\nfiles = "*.csv"\nmapping = "mappings/calls.yaml"\n'
MAPPING = """
record: call
timezone: Europe/Berlin
columns:
  id: id
  channel: {value: voice}
  direction: {value: inbound}
  queue: queue
  agent: agent
  started_at: {from: started, date: iso}
  outcome: {from: outcome}
  resolved: {from: resolved, true: [Y], false: [N]}
  queue_s: {from: wait, as: seconds}
  talk_s: {from: talk, as: seconds}
  hold_s: {value: "0"}
  wrap_s: {value: "0"}
  updated_at: {from: changed, date: iso}
"""
HEAD = "id,agent,queue,started,outcome,resolved,wait,talk,changed\n"
FIRST = (
    HEAD
    + "1,a1,q,2026-03-02T10:00:00,answered,Y,10,60,2026-03-02T11:00:00\n"
    + "2,a1,q,2026-03-02T12:00:00,answered,N,30,30,2026-03-02T13:00:00\n"
)
MOVED = HEAD + "1,a2,q,2026-03-02T10:00:00,answered,N,10,90,2026-03-03T09:00:00\n"
BACK = HEAD + "1,a1,q,2026-03-02T10:00:00,answered,Y,10,60,2026-03-04T09:00:00\n"
LATE = HEAD + "3,a1,q,2026-03-02T14:00:00,answered,Y,10,10,2026-03-02T15:00:00\n"
AGENTS = "SELECT agent_id, legs, handle_total_s::INT, resolved_n FROM mart.agent_figure{} ORDER BY 1"
CHANGES = (
    "SELECT agent_id, published_run, published_value, run_seq, value, cause FROM restatements "
    "WHERE scope = 'agent' AND figure = '{}' ORDER BY run_seq, agent_id"
)
CONTACTS = (
    "SELECT agent_id, split_part(interaction_id, ':', 2), cause, file_name, record_no FROM restatement_contacts "
    "WHERE scope = 'agent' AND run_seq = {} ORDER BY 1, 2"
)


def deliver(path, name, text):
    (path / "inbox" / f"{name}.csv").write_text(text)
    return run_night(path)


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Four nights: the day, a call put to another agent, the call put back, and a late call."""
    files = {"first.csv": FIRST.encode()}
    path = small_workspace(tmp_path_factory.mktemp("restated") / "w", SOURCE, files, {"calls.yaml": MAPPING})
    run_night(path)
    deliver(path, "moved", MOVED)
    deliver(path, "back", BACK)
    deliver(path, "late", LATE)
    return path


def test_what_every_run_published_stays_readable(nights):
    assert query(nights, AGENTS.format("_as_published(1)")) == [("a1", 2, 90, 1)]
    assert query(nights, AGENTS.format("_as_published(2)")) == [("a1", 1, 30, 0), ("a2", 1, 90, 0)]
    assert query(nights, AGENTS.format("_as_published(3)")) == [("a1", 2, 90, 1)]
    assert query(nights, AGENTS.format("")) == [("a1", 3, 100, 2)]
    assert query(nights, AGENTS.format("_as_published(4)")) == query(nights, AGENTS.format(""))


def test_a_figure_that_returns_to_its_first_value_was_published_three_times(nights):
    assert query(nights, CHANGES.format("handle_total_s")) == [
        ("a1", 1, 90.0, 2, 30.0, "moved away (1)"),
        ("a2", None, None, 2, 90.0, "moved here (1)"),
        ("a1", 2, 30.0, 3, 90.0, "moved here (1)"),
        ("a2", 2, 90.0, 3, None, "moved away (1)"),
        ("a1", 3, 90.0, 4, 100.0, "new record (1)"),
    ]


def test_every_change_names_the_record_and_the_file(nights):
    assert query(nights, CONTACTS.format(2)) == [
        ("a1", "1", "moved away", "moved.csv", 1),
        ("a2", "1", "moved here", "moved.csv", 1),
    ]
    assert query(nights, CONTACTS.format(4)) == [("a1", "3", "new record", "late.csv", 1)]


def test_figures_that_did_not_change_are_not_listed(nights):
    listed = query(nights, "SELECT DISTINCT figure FROM restatements WHERE scope = 'queue' AND run_seq = 2")
    assert listed == []
    assert query(nights, "SELECT value FROM restatements WHERE scope = 'queue' AND figure = 'answered'") == [(3.0,)]


def test_the_parts_add_up_to_the_figures(nights):
    for run in range(1, 5):
        sums = (
            f"SELECT agent_id, sum(legs)::INT, sum(handle_total_s)::INT, sum(resolved_n)::INT "
            f"FROM mart.agent_part_as_published({run}) GROUP BY 1 ORDER BY 1"
        )
        assert query(nights, sums) == query(nights, AGENTS.format(f"_as_published({run})"))


def test_a_night_without_news_changes_no_figure(nights, tmp_path):
    from night_kit import copy_of

    again = copy_of(nights, tmp_path / "w")
    report = run_night(again)
    assert {
        name: report.steps["score"][name] for name in ("agent_figure", "agent_part", "queue_figure", "queue_part")
    } == {
        "agent_figure": 0,
        "agent_part": 0,
        "queue_figure": 0,
        "queue_part": 0,
    }


def test_another_target_in_the_settings_is_named_as_the_cause(nights, tmp_path):
    from night_kit import copy_of

    other = copy_of(nights, tmp_path / "w")
    toml = other / "callqa.toml"
    toml.write_text(toml.read_text() + "\n[queue_defaults]\nservice_level_s = 60\n")
    run_night(other)
    found = query(other, "SELECT figure, published_value, value, cause FROM restatements WHERE run_seq = 5 ORDER BY 1")
    assert ("answered_within", 2.0, 3.0, "other settings in callqa.toml") in found
    assert {cause for *_, cause in found} == {"other settings in callqa.toml"}
