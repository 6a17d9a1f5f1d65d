"""A range scored again equals what a night would give, and nothing else moves."""

from __future__ import annotations

from datetime import date

import pytest
from night_kit import DAY, copy_of, dump, query, run_night
from typer.testing import CliRunner

from flows import rescore, steps
from flows.cli import app
from flows.lock import hold
from qa.explain import explain
from schemas.config import load_config
from schemas.errors import NightBusy, UsageError
from warehouse.connect import open_published


def run_rescore(workspace, since, until):
    config = load_config(workspace)
    with steps.night(config, rescore.last_day(config, since, until)) as tonight:
        for step in rescore.order(since, until):
            step(tonight)
        return steps.tell(tonight)


def reweighted(workspace):
    """Publish another version of a policy: some weights differ."""
    old = workspace / "policies" / "voice_de.yaml"
    text = old.read_text(encoding="utf-8").replace("version: 1", "version: 2", 1).replace("weight: 2", "weight: 5")
    (workspace / "policies" / "voice_de.v2.yaml").write_text(text, encoding="utf-8")


def test_days_scored_again_equal_what_a_night_gives_and_other_days_keep_their_scores(demo_night, tmp_path):
    workspace = copy_of(demo_night[0], tmp_path / "centre")
    before = dump(workspace)
    days = [row[0] for row in query(workspace, "SELECT DISTINCT contact_on FROM qa.score ORDER BY 1")]
    reweighted(workspace)
    report = run_rescore(workspace, days[-1], days[-1])
    assert report.status == "ok" and report.steps["score"]["scores_new"] > 0
    versions = (
        "SELECT contact_on, list(DISTINCT policy_version ORDER BY policy_version) FROM qa.score WHERE policy_id = "
    )
    versions += "'voice_de' GROUP BY 1 ORDER BY 1"
    assert query(workspace, versions) == [*((day, [1]) for day in days[:-1]), (days[-1], [2])]
    assert query(workspace, "SELECT count(*) FROM ops.run") == [(2,)]
    assert query(workspace, "SELECT count(*) FROM ops.file_ledger WHERE run_seq = 2") == [(0,)]
    old = {row[0]: row for row in before["qa.score"]}
    kept = query(workspace, "SELECT count(*) FROM history.score WHERE superseded_seq = 2")
    assert kept[0][0] > 0 and len(old) > 0
    run_rescore(workspace, days[0], days[-1])
    again = dump(workspace)
    run_night(workspace, DAY, everything=True)
    night = dump(workspace)
    assert [name for name in night if night[name] != again[name]] == []


def test_an_old_score_is_explained_exactly_after_it_was_replaced(demo_night, tmp_path):
    workspace = copy_of(demo_night[0], tmp_path / "centre")
    with open_published(load_config(workspace).published) as db:
        before = [vars(one)["score"] for one in explain(db, some_leg(db)).found]
    reweighted(workspace)
    run_rescore(workspace, date(2026, 1, 1), DAY)
    with open_published(load_config(workspace).published) as db:
        leg = some_leg(db)
        old, new = explain(db, leg, run_seq=1).found, explain(db, leg).found
        assert [one.score["final"] for one in old] == [score["final"] for score in before]
        assert {one.computed()["final"] for one in old} == {one.score["final"] for one in old}
        assert [one.score["policy_version"] for one in new] == [2]


def some_leg(db):
    query = "SELECT min(leg_id) FROM history.score WHERE policy_id = 'voice_de' AND final < 100 AND run_seq = 1"
    return db.execute(query).fetchone()[0]


def test_every_stored_score_is_reproduced_exactly(demo_night):
    with open_published(load_config(demo_night[0]).published) as db:
        for (ref,) in db.execute("SELECT DISTINCT leg_id FROM qa.score ORDER BY hash(leg_id) LIMIT 60").fetchall():
            for one in explain(db, ref).found:
                assert one.computed() == {name: one.score[name] for name in one.computed()}


def test_a_range_that_ends_first_and_a_running_night_are_refused(demo_night):
    config = load_config(demo_night[0])
    with pytest.raises(UsageError, match="ends before"):
        rescore.last_day(config, DAY, date(2026, 3, 1))
    with hold(config.data / "lock", "other"), pytest.raises(NightBusy):
        run_rescore(demo_night[0], DAY, DAY)


def test_a_contact_is_shown_as_a_page_that_runs_nothing_and_hides_agents_where_it_must(demo_night, tmp_path):
    workspace = copy_of(demo_night[0], tmp_path / "centre")
    ((leg, agent),) = query(workspace, "SELECT leg_id, agent_id FROM qa.score WHERE final < 100 ORDER BY 1 LIMIT 1")
    page = CliRunner().invoke(app, ["score", "show", leg, "-w", str(workspace), "-f", "html", "--lang", "de"]).output
    assert (
        "default-src 'none'" in page and "<script" not in page and "http-equiv" in page and "Was gesagt wurde" in page
    )
    assert agent in page
    toml = workspace / "callqa.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('mode = "agent"', 'mode = "team"'), encoding="utf-8")
    for form in ("html", "terminal"):
        shown = CliRunner().invoke(app, ["score", "show", leg, "-w", str(workspace), "-f", form])
        assert shown.exit_code == 0 and agent not in shown.output and "not shown" in shown.output
