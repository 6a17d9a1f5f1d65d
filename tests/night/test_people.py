"""What people enter takes effect with the next night, changes only what it is about, and the old numbers stay."""

from __future__ import annotations

import csv
import os
import re
import shutil
import stat
from datetime import date

import pytest
from night_kit import query, run_night
from typer.testing import CliRunner

from flows.cli import app
from qa.explain import explain
from schemas.config import load_config
from warehouse.connect import open_published

DAY = date(2026, 3, 31)


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def centre(demo_night, tmp_path_factory):
    """A copy of the demo centre, in which everything below is entered before one more night."""
    path = tmp_path_factory.mktemp("people") / "centre"
    shutil.copytree(demo_night[0], path)
    return path


def losing(path, question, number):
    """A leg that fails `question` of voice_de and nothing else that would hide the effect, with its score."""
    sql = (
        "SELECT leg_id, s.agent_id, s.final FROM qa.answer JOIN qa.score AS s USING (leg_id, policy_id) "
        "WHERE policy_id = 'voice_de' AND question_id = ? AND outcome = 'fail' AND s.final < 100 AND s.final = s.raw "
        "ORDER BY leg_id LIMIT 1 OFFSET ?"
    )
    return query(path, sql, question, number)[0]


def score(path, leg, source="qa.score"):
    sql = f"SELECT raw, final, low, high FROM {source} WHERE leg_id = ? AND policy_id = 'voice_de'"
    return query(path, sql, leg)[0]


def review(path, folder):
    """Draw a plan and a calibration session, fill both in, hand them in. Returns the plan's ids and answers by leg."""
    about = ["--date", DAY, "--policy", "voice_de", "--seed", "s", "--by", "lead1", "-w", path]
    session = ["--total", "8", "--session", "march", "-o", folder / "march.csv"]
    assert call("review", "sample", *about, *session).exit_code == 0
    fill(folder / "march.csv", folder / "kim.csv", lambda line: True)
    fill(folder / "march.csv", folder / "lee.csv", lambda line: line["question_id"] < "m")
    for person in ("kim", "lee"):
        assert call("review", "import", folder / f"{person}.csv", "--by", person, "-w", path).exit_code == 0
    made = call("review", "sample", *about, "--per-agent", "2", "--risk", "1")
    again = call("review", "sample", *about, "--per-agent", "2", "--risk", "1")
    assert (made.exit_code, made.stdout) == (0, again.stdout)
    assert "drawn before" in again.stderr
    answers = fill(made.stdout.strip(), folder / "plan.csv", lambda line: hash_of(line["leg_id"]) % 3 > 0)
    assert call("review", "import", folder / "plan.csv", "--by", "kim", "-w", path).exit_code == 0
    return answers


def hash_of(text):
    return sum(text.encode())


def fill(source, target, passes):
    """Answer every question of a leg with pass or fail. Returns the percentage of every leg."""
    with open(source, encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    with open(target, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, lines[0], delimiter=";")
        out.writeheader()
        out.writerows(line | {"answer": "ja" if passes(line) else "nein"} for line in lines)
    return {line["leg_id"]: 100.0 if passes(line) else 0.0 for line in lines}


@pytest.fixture(scope="module")
def entered(centre, tmp_path_factory):
    """Legs with a dispute accepted, rejected, of the wrong agent, and an exception; then the night."""
    question = query(
        centre,
        "SELECT question_id FROM qa.answer WHERE policy_id = 'voice_de' AND outcome = 'fail' AND weight > 0 "
        "AND NOT is_advisory GROUP BY ALL ORDER BY count(*) DESC, question_id LIMIT 1",
    )[0][0]
    accepted, rejected, excepted = (losing(centre, question, number) for number in range(3))
    other = query(
        centre,
        "SELECT leg_id, agent_id, final FROM qa.score WHERE policy_id = 'voice_de' AND final IS NOT NULL "
        "AND leg_id NOT IN (?, ?, ?) ORDER BY leg_id LIMIT 1",
        accepted[0],
        rejected[0],
        excepted[0],
    )[0]
    for id, (leg, agent, _) in (("T-1", accepted), ("T-2", rejected)):
        about = ["--leg", leg, "--policy", "voice_de", "--question", question]
        assert call("dispute", "add", "--id", id, *about, "--claim", "Doch", "--by", agent, "-w", centre).exit_code == 0
    words = ["--leg", other[0], "--wrong-agent", "--claim", "Nicht ich", "--by", other[1], "-w", centre]
    assert call("dispute", "add", "--id", "T-3", *words).exit_code == 0
    for id, decision in (("T-1", "accepted"), ("T-2", "rejected"), ("T-3", "accepted")):
        words = ["--decision", decision, "--reason", "nachgehört", "--by", "lead1", "-w", centre]
        assert call("dispute", "decide", id, *words).exit_code == 0
    about = ["--leg", excepted[0], "--policy", "voice_de", "--question", question]
    words = ["--reason", "Kunde in Eile", "--by", "lead1", "-w", centre]
    assert call("dispute", "except", "--id", "X-1", *about, *words).exit_code == 0
    files = sorted((centre / "inbox" / "entries").iterdir())
    assert len(files) == 7
    assert {stat.S_IMODE(os.stat(file).st_mode) for file in files} == {0o600}
    reviewed = review(centre, tmp_path_factory.mktemp("forms"))
    report = run_night(centre, DAY)
    return {
        "reviewed": reviewed,
        "question": question,
        "accepted": accepted,
        "rejected": rejected,
        "excepted": excepted,
        "other": other,
        "report": report,
    }


def test_entries_are_read_counted_and_taken_away_like_any_other_file(centre, entered):
    assert list((centre / "inbox" / "entries").iterdir()) == []
    sql = (
        "SELECT count(*), sum(records_read - records_loaded), sum(records_quarantined) FROM ops.file_ledger "
        "WHERE source = 'entries' AND file_name <> 'entries/coaching-demo.jsonl'"
    )
    assert query(centre, sql) == [(12, 0, 0)]
    assert entered["report"].records["quarantined"] == 0


def test_an_accepted_dispute_takes_the_loss_away_and_the_old_score_stays_readable(centre, entered):
    leg, _, before = entered["accepted"]
    after = score(centre, leg)[1]
    assert after > before
    assert score(centre, leg, "qa.score_as_published(1)")[1] == before
    sql = "SELECT outcome, reason FROM qa.answer WHERE leg_id = ? AND policy_id = 'voice_de' AND question_id = ?"
    assert query(centre, sql, leg, entered["question"]) == [
        ("not_applicable", "exception: dispute accepted: nachgehört")
    ]
    with open_published(load_config(centre).published) as connection:
        assert "dispute accepted: nachgehört" in explain(connection, leg, policy="voice_de").to_text()
        explain(connection, leg, policy="voice_de", run_seq=1)


def test_a_rejected_dispute_changes_nothing(centre, entered):
    leg, _, before = entered["rejected"]
    assert score(centre, leg)[1] == before


def test_an_exception_takes_the_question_away_and_comes_back_when_withdrawn(centre, entered):
    leg, _, before = entered["excepted"]
    assert score(centre, leg)[1] > before
    words = ["--reason", "war nicht in Eile", "--by", "lead2", "-w", centre]
    assert call("dispute", "withdraw", "X-1", *words).exit_code == 0
    assert call("dispute", "withdraw", "X-1", *words).exit_code == 2
    run_night(centre, DAY)
    assert score(centre, leg)[1] == before
    assert query(centre, "SELECT is_withdrawn, decided_by, version FROM core.exception WHERE exception_id = 'X-1'") == [
        (True, "lead2", 2)
    ]


def test_a_contact_of_another_agent_leaves_this_agents_scores_with_its_reason(centre, entered):
    leg, agent, before = entered["other"]
    assert score(centre, leg) == (None, None, None, None)
    assert score(centre, leg, "qa.score_as_published(1)")[1] == before
    outcomes = "SELECT DISTINCT outcome, reason FROM qa.answer WHERE leg_id = ? AND policy_id = 'voice_de'"
    why = f"exception: not a contact of {agent}, dispute accepted: nachgehört"
    assert query(centre, outcomes, leg) == [("not_applicable", why)]
    n = "SELECT adherence_n FROM mart.agent_period WHERE period = 'month' AND agent_id = ?"
    counted = "SELECT count(final) FROM qa.score WHERE agent_id = ? AND leg_id <> ?"
    assert query(centre, n, agent) == query(centre, counted, agent, leg)


def test_the_upheld_rate_points_at_the_rule(centre, entered):
    sql = "SELECT disputes, accepted_n, rejected_n, upheld_rate FROM mart.dispute_rate WHERE question_id = ?"
    assert query(centre, sql, entered["question"]) == [(2, 1, 1, 0.5)]
    assert query(centre, "SELECT accepted_n FROM mart.dispute_rate WHERE is_wrong_agent") == [(1,)]


def test_a_decision_can_be_replaced_and_the_earlier_one_stays(centre, entered):
    leg, _, before = entered["accepted"]
    words = ["--decision", "rejected", "--reason", "doch nicht zu hören", "--by", "lead2", "-w", centre]
    assert call("dispute", "decide", "T-1", *words).exit_code == 0
    listed = call("dispute", "list", "-w", centre, "--format", "csv")
    waiting = {
        row["dispute_id"]: (row["state"], row["is_waiting"]) for row in csv.DictReader(listed.stdout.splitlines())
    }
    assert waiting == {"T-1": ("rejected", "true"), "T-2": ("rejected", "false"), "T-3": ("accepted", "false")}
    run_night(centre, DAY)
    assert score(centre, leg)[1] == before
    sql = "SELECT decision FROM history.dispute WHERE dispute_id = 'T-1' AND decision IS NOT NULL ORDER BY updated_at"
    assert query(centre, sql) == [("accepted",), ("rejected",)]


def test_a_mean_of_reviews_weights_what_was_drawn_for_risk(centre, entered):
    worth = entered["reviewed"]
    draws = query(
        centre, "SELECT agent_id, leg_id, inclusion_probability FROM core.review_draw WHERE session_id IS NULL"
    )
    assert {leg for _, leg, _ in draws} == set(worth)
    plans = query(centre, "SELECT agent_id, drawn_n, evaluated_n, mean FROM mart.review_plan WHERE session_id IS NULL")
    for agent, drawn, evaluated, mean in plans:
        own = [(1 / p, worth[leg]) for name, leg, p in draws if name == agent]
        assert drawn == evaluated == len(own)
        assert mean == pytest.approx(sum(w * y for w, y in own) / sum(w for w, _ in own), abs=1e-5)
    assert len(plans) > 5


def test_a_session_shows_who_is_stricter_and_where_people_disagree(centre, entered):
    found = query(
        centre, "SELECT evaluator_id, legs_n, sign(leniency) FROM qa.calibration_evaluator WHERE session_id = 'march'"
    )
    assert sorted(found) == [("kim", 8, 1), ("lee", 8, -1)]
    shown = call("review", "calibrate", "--session", "march", "-w", centre, "--format", "csv")
    lines = list(csv.DictReader(shown.stdout.splitlines()))
    assert {line["evaluators_n"] for line in lines} == {"2"}
    assert call("review", "calibrate", "--session", "march", "--evaluators", "-w", centre).exit_code == 0
    assert "march" in call("review", "calibrate", "-w", centre).stdout
    unknown = call("review", "calibrate", "--session", "april", "-w", centre)
    assert (unknown.exit_code, unknown.stdout) == (2, "")


def test_reviews_change_no_automatic_score(centre, entered):
    """Only the three legs people decided about have another score than before."""
    sql = (
        "SELECT DISTINCT a.leg_id FROM (SELECT leg_id, policy_id, final FROM qa.score_as_published(1) "
        "EXCEPT SELECT leg_id, policy_id, final FROM qa.score_as_published(2)) AS a ORDER BY 1"
    )
    touched = [entered[name][0] for name in ("accepted", "excepted", "other")]
    assert [leg for (leg,) in query(centre, sql)] == sorted(touched)
    assert (
        query(centre, "SELECT count(*) FROM mart.human_score WHERE form = 'voice_de' AND evaluator_id = 'kim'")[0][0]
        > 8
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dispute", "add", "--leg", "LEG", "--claim", "x", "--by", "a01"], "about one answer or about the agent"),
        (
            ["dispute", "add", "--leg", "LEG", "--wrong-agent", "--policy", "p", "--claim", "x", "--by", "b"],
            "about one",
        ),
        (["dispute", "add", "--leg", "no", "--wrong-agent", "--claim", "x", "--by", "b"], "the leg has no score"),
        (["dispute", "add", "--leg", "LEG", "--wrong-agent", "--claim", " ", "--by", "b"], "--claim is empty"),
        (
            ["dispute", "add", "--id", "T-2", "--leg", "LEG", "--wrong-agent", "--claim", "x", "--by", "b"],
            "id is taken",
        ),
        (["dispute", "decide", "T-9", "--decision", "rejected", "--reason", "x", "--by", "b"], "no such dispute"),
        (["dispute", "decide", "T-2", "--decision", "rejected", "--reason", "x", "--by", "AGENT"], "of their own"),
        (["dispute", "withdraw", "T-3/p/q", "--reason", "x", "--by", "b"], "no such exception"),
        (["review", "sample", "--date", "2026-03-31"], "how many?"),
        (["review", "sample", "--per-agent", "2"], "one period"),
        (["review", "sample", "--date", "2020-01-01", "--per-agent", "2"], "nothing to draw from"),
        (
            ["review", "sample", "--date", "2026-03-31", "--total", "2", "--policy", "voice_fr"],
            "nothing to draw|no such",
        ),
    ],
)
def test_wrong_words_are_one_line_and_exit_2(centre, entered, words, message):
    leg, agent, _ = entered["rejected"]
    told = call(*[{"LEG": leg, "AGENT": agent}.get(word, word) for word in words], "-w", centre)
    assert told.exit_code == 2, told.output
    assert re.search(message, told.stderr)
    assert told.stderr.count("\n") == 1
