"""Explanations come from stored rows and reach the stored number, or say that they do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import database, judged, phrase, policy, question, talk
from score_kit import Asked

from qa.explain import Answer, Explanation, Part, explain
from qa.policy import register
from schemas.errors import CallqaError
from schemas.tables import table


def published(tmp_path, *said, run_seq=1, **more):
    """One leg scored and stored as run `run_seq`."""
    db = database()
    for name in ("answer", "score"):
        db.execute(f"DELETE FROM history.{name}")
    db.execute("DELETE FROM qa.policy")
    sections = [
        {"id": "a", "title": "Opening", "weight": 40, "questions": [
            question(phrase("guten tag"), id="greet", weight=2, critical="customer"),
            question(phrase("mein name ist"), id="name", weight=1)]},
        {"id": "b", "title": "Rest", "weight": 60, "questions": [
            question(phrase("garantier*", absent=True), id="promise", fatal="section"),
            question(phrase("danke"), id="thanks", weight=0, bonus=5),
            {"id": "tone", "text": "Was the tone right?", "human": True}]},
    ]  # fmt: skip
    made = policy(tmp_path, sections=sections, **more)
    register(db, [made], run_seq)
    talk(db, "l", *said)
    store(db, made, run_seq)
    return db, made


def store(db, made, run_seq):
    judged(db, made)
    for name in ("answer", "score"):
        db.execute(f"UPDATE history.{name} SET superseded_seq = {run_seq} WHERE superseded_seq IS NULL")
        names = ", ".join(column.name for column in table(name).own)
        copied = f"SELECT {names}, {run_seq}, {run_seq} FROM stage.{name}"
        db.execute(f"INSERT INTO history.{name} ({names}, version, run_seq) {copied}")


SAID = ("agent: Guten Tag", "customer: Hallo", "agent: Das garantiere ich, danke.")


def test_the_arithmetic_is_printed_section_by_section_with_quotes(tmp_path):
    db, _ = published(tmp_path, *SAID)
    text = explain(db, "l").to_text()
    for words in (
        "Opening, weight 40: 2 of 3 points",
        "turn 1 at 00:00, agent: “Guten Tag”",
        "searched: whole contact, 2 turn(s) of agent",
        "turn 3 at 00:10, agent: “Das garantiere ich, danke.”",
        "tip: tip",
        "raw = (40 x 2/3 + 60 x 0/1) / (40 + 60) = 26.7 %",
        "section Rest counts 0: a fatal question failed",
        "bonus: Text of thanks (+5)",
        "final = 31.7 %",
        "left to people, not part of this score:\n      Was the tone right?",
    ):
        assert words in text
    assert explain(db, "c", policy="p").to_dict()["scores"][0]["computed"]["final"] == 31.666667


def test_a_number_that_cannot_be_reproduced_is_an_error(tmp_path):
    db, _ = published(tmp_path, *SAID)
    db.execute("UPDATE history.score SET final = final + 0.001")
    with pytest.raises(CallqaError, match="cannot be reproduced"):
        explain(db, "l")


def test_a_lost_answer_is_noticed(tmp_path):
    db, _ = published(tmp_path, *SAID)
    db.execute("DELETE FROM history.answer WHERE question_id = 'name'")
    with pytest.raises(CallqaError, match="cannot be reproduced"):
        explain(db, "l")


def test_what_an_earlier_run_published_is_explained_as_it_was(tmp_path):
    db, made = published(tmp_path, *SAID)
    db.execute("UPDATE core.turn SET text = 'Das mache ich, danke.' WHERE seq = 3")
    store(db, made, 2)
    finals = [explain(db, "l", run_seq=run).found[0].score["final"] for run in (1, 2, None)]
    assert finals == [31.666667, 91.666667, 91.666667]
    assert "garantiere" in explain(db, "l", run_seq=1).to_text()
    assert "garantiere" not in explain(db, "l").to_text()


def test_without_a_transcript_the_explanation_says_so(tmp_path):
    db, _ = published(tmp_path)
    db.execute("UPDATE core.leg_context SET text_state = 'no_text'")
    store(db, _, 2)
    text = explain(db, "l").to_text()
    assert "final –   bounds 0.0 % to 100.0 %" in text
    assert text.count("no transcript") == 4


def test_an_unknown_leg_is_an_error_that_says_where_to_look(tmp_path):
    db, _ = published(tmp_path, *SAID)
    with pytest.raises(CallqaError, match="no score of 'x'"):
        explain(db, "x")


ASKED = st.builds(
    Asked,
    outcome=st.sampled_from(("pass", "fail", "not_applicable", "unknown")),
    weight=st.sampled_from([0.0, 0.1, 1.0, 3.5, 7.0]),
    section=st.sampled_from("abc"),
    is_advisory=st.sampled_from([False, False, False, True]),
    fatal=st.sampled_from([None, None, None, "section", "policy"]),
    bonus=st.sampled_from([0.0, 2.5]),
)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.lists(ASKED, min_size=1, max_size=8), min_size=30, max_size=30), st.sampled_from([0.0, 0.5]))
def test_exact_fractions_and_sql_agree_on_any_answers(cases, min_coverage):
    from score_kit import scores

    weights = {"a": 20.0, "b": 0.3, "c": 55.0}
    cases = [[Asked(**{**one.__dict__, "section_weight": weights[one.section]}) for one in case] for case in cases]
    for case, stored in zip(cases, scores(cases, min_coverage=min_coverage), strict=True):
        parts = [
            Part(name, name, weight, [given_(one) for one in case if one.section == name])
            for name, weight in weights.items()
        ]
        Explanation(stored, "T", 80, min_coverage, parts).verify()


def given_(one):
    scored = (one.outcome, one.score, one.weight, None, one.is_advisory)
    return Answer("q", "Q", *scored, "", None, one.critical, one.fatal, one.bonus, "")
