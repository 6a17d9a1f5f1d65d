"""Corrections, late data and repeats: new versions, old ones readable, no number lost."""

from __future__ import annotations

from night_kit import dump, query, run_night, small_workspace

SOURCE = '[[sources]]\nname = "calls"\nformat = "csv"\nfiles = "*.csv"\nmapping = "mappings/calls.yaml"\n'
MAPPING = """
record: call
timezone: UTC
columns:
  id: id
  channel: {value: voice}
  agent: agent
  started_at: {from: started, date: iso}
  resolved: {from: resolved, true: [Y], false: [N]}
  talk_s: {from: talk, as: seconds}
  hold_s: {value: "0"}
  wrap_s: {value: "0"}
  updated_at: {from: changed, date: iso}
"""
HEAD = "id,agent,started,resolved,talk,changed\n"
FIRST = HEAD + "1,a1,2026-03-02T10:00,Y,60,2026-03-02T11:00\n2,a1,2026-03-02T12:00,N,30,2026-03-02T13:00\n"
FIXED = HEAD + "1,a2,2026-03-02T10:00,N,90,2026-03-03T09:00\n"


def workspace(path, **files):
    return small_workspace(path, SOURCE, {f"{n}.csv": t.encode() for n, t in files.items()}, {"calls.yaml": MAPPING})


def deliver(path, name, text):
    (path / "inbox" / f"{name}.csv").write_text(text)
    return run_night(path)


AGENTS = (
    "SELECT agent_id, legs, handle_total_s::DOUBLE, resolved_n FROM mart.agent_period WHERE period = 'month' ORDER BY 1"
)


def test_a_corrected_file_makes_new_versions_and_the_old_number_stays_readable(tmp_path):
    path = workspace(tmp_path / "w", first=FIRST)
    run_night(path)
    assert query(path, AGENTS) == [("a1", 2, 90.0, 1)]
    report = deliver(path, "fixed", FIXED)
    assert (report.records["loaded"], report.records["duplicate"]) == (1, 0)
    assert query(path, AGENTS) == [("a1", 1, 30.0, 0), ("a2", 1, 90.0, 0)]
    assert query(path, "SELECT resolved, version FROM core.interaction WHERE source_id = '1'") == [(False, 2)]
    before = "SELECT resolved, version FROM core.interaction_as_published(1) WHERE source_id = '1'"
    assert query(path, before) == [(True, 1)]


def test_the_result_is_the_same_in_whatever_order_stamped_files_arrive(tmp_path):
    ahead = workspace(tmp_path / "a", first=FIRST)
    run_night(ahead)
    deliver(ahead, "fixed", FIXED)
    late = workspace(tmp_path / "b", fixed=FIXED)
    run_night(late)
    deliver(late, "first", FIRST)
    together = workspace(tmp_path / "c", a_fixed=FIXED, b_first=FIRST)
    run_night(together)
    version = {"core.interaction": "version", "core.leg": "version"}
    results = [dump(one) for one in (ahead, late, together)]
    for result in results:
        del result["core.interaction"], result["core.leg"]  # their version counts arrivals
        del result["core.leg_context"]
    assert results[0] == results[1] == results[2]
    assert version
    current = "SELECT source_id, resolved, updated_at FROM core.interaction ORDER BY 1"
    assert query(ahead, current) == query(late, current) == query(together, current)


def test_the_same_records_in_another_file_change_nothing(tmp_path):
    path = workspace(tmp_path / "w", first=FIRST)
    run_night(path)
    before = dump(path)
    report = deliver(path, "again", FIRST + "\n")
    assert (report.records["loaded"], report.records["duplicate"], report.records["ignored"]) == (0, 2, 1)
    assert dump(path) == before


def test_the_same_file_under_another_name_is_not_even_read(tmp_path):
    path = workspace(tmp_path / "w", first=FIRST)
    run_night(path)
    report = deliver(path, "renamed", FIRST)
    assert (report.files["duplicate"], report.records["read"]) == (1, 0)
    assert not list((path / "inbox").iterdir())
