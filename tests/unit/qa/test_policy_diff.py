"""Two versions over the same contacts, in a trial; and a draft's way to publication."""

from __future__ import annotations

from datetime import date

import pytest
from judge_kit import LEG, phrase, policy, question

from qa import publication, versions
from qa.diff import diff
from qa.policy import load_policies
from qa.policy_text import effective_weights, lines
from schemas.errors import PolicyError, UsageError
from warehouse import build, connect

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A published file with six legs: three greet, all say thanks; a leg of another day greets not."""
    folder = tmp_path_factory.mktemp("diff")
    path = folder / "work.duckdb"
    with connect.open_work(path, temp=folder / "tmp", memory_mb=500, threads=1) as db:
        build.build(db, ("core", "metric"), business_date=date(2026, 4, 1), site_timezone="Europe/Berlin")
        for name in ("leg_context", "turn"):
            db.execute(f"CREATE OR REPLACE TABLE core.{name} AS SELECT * FROM core.{name} LIMIT 0")
        for number in range(7):
            leg = LEG | {"leg_id": f"l{number}", "interaction_id": f"c{number}", "turns": 1, "team": "north"}
            leg |= {"agent_id": f"a{number % 2}", "contact_on": DAY if number < 6 else date(2026, 3, 9)}
            text = "Guten Tag, danke" if number < 3 else "danke"
            turn = {"leg_id": f"l{number}", "interaction_id": f"c{number}", "seq": 1, "turn_no": 1, "turns": 1}
            for name, row in (("leg_context", leg), ("turn", turn | {"speaker": "agent", "text": text})):
                marks = ", ".join("?" for _ in row)
                db.execute(f"INSERT INTO core.{name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    return path


def both(tmp_path, **more):
    old = policy(tmp_path, question(phrase("danke")), file="p.yaml")
    new = policy(
        tmp_path,
        question(phrase("danke")),
        question(phrase("guten tag"), id="hello", **more),
        file="p.v2.yaml",
        version=2,
    )
    return old, new


def test_who_moves_and_which_questions_do_it_are_counted_over_the_days_asked_for(published, tmp_path):
    old, new = both(tmp_path, critical="customer", fatal="policy")
    with connect.open_trial(published) as db:
        found = diff(db, [old], [new], DAY, DAY, "agent_id")
    total = found.totals
    assert (total["legs"], total["moved"], total["mean_before"], total["mean_after"]) == (6, 3, 100, 50)
    assert (total["passed_before"], total["passed_after"]) == (6, 3)
    assert (total["fatal_new"], total["customer_new"]) == (3, 3)
    assert [(row["who"], row["n"], row["moved"]) for row in found.moves] == [("a1", 3, -66.67), ("a0", 3, -33.33)]
    assert {row["question_id"]: row["changed"] for row in found.questions} == {"hello": 6, "q": 0}


def test_a_version_compared_with_itself_changes_nothing(published, tmp_path):
    old, _ = both(tmp_path)
    with connect.open_trial(published) as db:
        found = diff(db, [old], [old], DAY, DAY, "team")
        assert db.execute("SELECT count(*) FROM qa.score").fetchone() == (0,)
    assert found.totals["moved"] == 0 and not any(row["changed"] for row in found.questions)


def test_a_contact_only_one_version_applies_to_moves_nobody(published, tmp_path):
    old = policy(tmp_path, question(phrase("danke")), applies_to={"queue": ["x"]})
    new = policy(tmp_path, question(phrase("danke")))
    with connect.open_trial(published) as db:
        total = diff(db, [old], [new], DAY, DAY, "team").totals
    assert (total["newly_scored"], total["moved"], total["both_n"]) == (6, 0, 0)


def test_a_draft_is_never_scored_until_it_is_published(tmp_path):
    old = policy(tmp_path, question(phrase("danke")))
    (tmp_path / "drafts").mkdir()
    policy(tmp_path / "drafts", question(phrase("bitte")), version=2)
    assert [one.shape.version for one in load_policies(tmp_path)] == [1]
    assert versions.find(tmp_path, "p").shape.version == 2
    made = publication.prepare(tmp_path, "p", None)
    publication.publish(made)
    assert sorted(one.shape.version for one in load_policies(tmp_path)) == [1, 2]
    assert (made.target.name, made.replaces, old.shape.version) == ("p.v2.yaml", 1, 1)
    assert not list((tmp_path / "drafts").iterdir())


def test_a_draft_needs_the_next_version_and_working_patterns(tmp_path):
    policy(tmp_path, question(phrase("danke")))
    (tmp_path / "drafts").mkdir()
    policy(tmp_path / "drafts", question(phrase("bitte")))
    with pytest.raises(PolicyError, match="higher number"):
        publication.prepare(tmp_path, "p", None)
    policy(tmp_path / "drafts", question(phrase({"regex": "(a"})), version=2)
    with pytest.raises(PolicyError):
        publication.prepare(tmp_path, "p", None)
    with pytest.raises(UsageError, match="no such draft"):
        publication.prepare(tmp_path, "x", None)


def test_weights_are_printed_as_shares_of_the_whole(tmp_path):
    made = policy(
        tmp_path,
        sections=[
            {"id": "a", "title": "A", "weight": 20, "questions": [question(phrase("x"), id="x", weight=3),
                question(phrase("y"), id="y", weight=1)]},
            {"id": "b", "title": "B", "weight": 60, "questions": [question(phrase("z"), id="z", fatal="policy")]},
            {"id": "c", "title": "C", "weight": 20, "questions": [{"id": "h", "text": "H", "human": True}]},
        ],
    )  # fmt: skip
    assert effective_weights(made) == {"x": 18.75, "y": 6.25, "z": 75.0}
    text = "\n".join(lines(made, 3))
    for words in (
        "18.8 % Text of x [x]",
        "phrase: any x",
        "a fail makes the score 0",
        "people   H",
        "3 contacts scored",
    ):
        assert words in text
