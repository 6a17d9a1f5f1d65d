"""Night after night recomputes only what it touches, and ends where one computation of everything ends."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from night_kit import dump, query, run_night

from flows.demo.make import make_demo
from schemas.config import load_config

LAST = date(2026, 3, 31)


@pytest.fixture
def centre(tmp_path):
    """A demo centre whose files wait outside of the inbox, by the day they are named after."""
    workspace = tmp_path / "demo"
    make_demo(workspace, days=5, agents=12, calls_per_day=40)
    outside = tmp_path / "outside"
    (workspace / "inbox").rename(outside)
    (workspace / "inbox").mkdir()
    return workspace, outside


def arrive(workspace, outside, wanted):
    for path in sorted(path for path in outside.rglob("*") if path.is_file()):
        if wanted(path.name):
            target = workspace / "inbox" / path.relative_to(outside)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)


@pytest.mark.slow
def test_nights_one_by_one_end_where_everything_at_once_ends(centre):
    workspace, outside = centre
    days = [LAST - timedelta(days=back) for back in range(4, -1, -1)]
    late = str(days[1])
    arrive(workspace, outside, lambda name: not any(str(day) in name for day in days))
    for day in days:
        arrive(workspace, outside, lambda name, day=day: str(day) in name and late not in name)
        if day == LAST:
            arrive(workspace, outside, lambda name: True)
        report = run_night(workspace, day)
        assert bool(report.rebuilt) == (day == days[0]), report.rebuilt
    followed = dump(workspace)
    again = run_night(workspace, LAST, everything=True)
    assert again.rebuilt == "asked for"
    whole = dump(workspace)
    assert [name for name in whole if whole[name] != followed[name]] == []
    assert sum(len(rows) for name, rows in whole.items() if name.startswith("metric.")) > 1000


@pytest.mark.slow
def test_a_night_touches_what_came_and_a_change_of_what_holds_for_all_touches_all(centre):
    workspace, outside = centre
    arrive(workspace, outside, lambda name: True)
    run_night(workspace, LAST)
    quiet = run_night(workspace, LAST)
    assert (quiet.rebuilt, quiet.steps["compute"]["touched"], quiet.steps["score"]["scores"]) == ("", 0, 0)
    # One corrected transcript: its contact is computed again, and the scores of its day.
    row = query(workspace, "SELECT interaction_id, source FROM core.utterance ORDER BY 1 LIMIT 1")[0]
    config = load_config(workspace)
    source = next(one for one in config.sources if one.name == row[1])
    turns = [{"who": "Agent", "agent": None, "from": 0, "to": 3, "text": "Hallo."}]
    line = {"call": row[0].partition(":")[2], "lang": "de", "turns": turns}
    assert source.files
    (workspace / "inbox" / source.files.replace("*", "corrected")).write_text(json.dumps(line) + "\n", "utf-8")
    corrected = run_night(workspace, LAST)
    assert corrected.rebuilt == ""
    assert 0 < corrected.steps["compute"]["touched"] < 60
    followed = dump(workspace)
    policy = workspace / "policies" / "voice_de.yaml"
    text = policy.read_text(encoding="utf-8").replace("pass_mark: 80", "pass_mark: 79")
    policy.write_text(text.replace("version: 1\n", "version: 2\n"), encoding="utf-8")
    scored = run_night(workspace, LAST)
    assert scored.rebuilt == ""
    assert scored.steps["score"]["scores"] == quiet_scores(workspace)
    assert followed["core.leg_context"] == dump(workspace)["core.leg_context"]


def quiet_scores(workspace):
    return query(workspace, "SELECT count(*) FROM qa.score")[0][0]
