"""What a form filled in by a person is worth, and what its answers may look like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from score_kit import Asked, scores

from qa.evaluations import (
    Answer,
    Filled,
    Form,
    check_answers,
    choices,
    evaluation_rows,
    form_for,
    percentages,
    read_answer,
)
from schemas.policy import Choice, Effective, Question, Section, Shape


def form(*sections, min_coverage=0.5, version=1, start=date(2026, 1, 1), end=None):
    shape = Shape("p", version, "P", Effective("2026-01-01"), tuple(sections), min_coverage=min_coverage)
    return Form("p", version, start, end, shape)


def section(name, weight, *questions):
    return Section(name, name.title(), weight, questions)


SCALE = (Choice("good", 2.0), Choice("fair", 1.0), Choice("poor", 0.0))
TWO = form(
    section("s", 60.0, Question("a", "A?", 40.0), Question("b", "B?", 40.0, answers=SCALE), Question("c", "C?", 20.0)),
    section("t", 40.0, Question("d", "D?", human=True)),
)


def read(of, answers):
    asked = {one.id: one for _, one in of.questions()}
    return {name: read_answer(text, asked[name]) for name, text in answers.items()}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"a": "pass", "b": "poor", "c": "pass", "d": "pass"}, 76.0),
        ({"a": "pass", "b": "poor", "c": "n/a", "d": "pass"}, 70.0),
        ({"a": "pass", "b": "fair", "c": "pass", "d": "n/a"}, 80.0),
        ({"a": "n/a", "b": "n/a", "c": "n/a", "d": "n/a"}, None),
        ({"d": "pass"}, None),  # 40 of 100 answered, half is needed
        ({"a": "pass", "b": "good", "c": "pass"}, 100.0),
        ({}, None),
    ],
)
def test_a_form_is_worth_what_its_answers_earn_those_left_to_people_included(answers, expected):
    assert percentages([(TWO, read(TWO, answers)), (TWO, read(TWO, {"d": "fail"}))])[0] == expected


CASES = st.lists(
    st.builds(
        Asked,
        outcome=st.sampled_from(["pass", "fail", "not_applicable", "unknown"]),
        weight=st.sampled_from([0.0, 1.0, 2.5, 40.0]),
        section=st.sampled_from(["s", "t"]),
        section_weight=st.just(0.0),
        fatal=st.sampled_from([None, None, "policy", "section"]),
        bonus=st.sampled_from([0.0, 0.0, 5.0]),
        is_advisory=st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=7,
)
WORDS = {"pass": "ja", "fail": "nein", "not_applicable": "n/a"}


@given(cases=st.lists(CASES, min_size=1, max_size=8), minimum=st.sampled_from([0.0, 0.5, 1.0]))
@settings(deadline=None, max_examples=10)
def test_a_persons_answers_are_worth_what_the_same_automatic_answers_would_be(cases, minimum):
    weights = {"s": 60.0, "t": 40.0}
    cases = [[replace(one, section_weight=weights[one.section]) for one in case] for case in cases]
    automatic = [row and row["final"] for row in scores(cases, min_coverage=minimum)]
    handed = []
    for case in cases:
        sections = [
            section(
                name,
                weight,
                *(
                    Question(f"q{at}", "?", one.weight, fatal=one.fatal, bonus=one.bonus, advisory=one.is_advisory)
                    for at, one in enumerate(case)
                    if one.section == name
                ),
            )
            for name, weight in weights.items()
        ]
        made = form(*(one for one in sections if one.questions), min_coverage=minimum)
        answers = {f"q{at}": WORDS[one.outcome] for at, one in enumerate(case) if one.outcome in WORDS}
        handed.append((made, read(made, answers)))
    assert percentages(handed) == automatic


BINARY, STEPS = Question("a", "A?"), Question("b", "B?", answers=SCALE, pass_from=1.0)


@pytest.mark.parametrize(
    ("text", "one", "expected"),
    [
        ("pass", BINARY, Answer("pass", "pass", 1.0)),
        (" Ja ", BINARY, Answer("pass", "pass", 1.0)),
        ("NEIN", BINARY, Answer("fail", "fail", 0.0)),
        ("n/a", BINARY, Answer("not_applicable", "not_applicable", None)),
        ("entfällt", STEPS, Answer("not_applicable", "not_applicable", None)),
        ("Fair", STEPS, Answer("fair", "pass", 0.5, 1.0)),
        ("poor", STEPS, Answer("poor", "fail", 0.0, 0.0)),
        ("3", Question("c", "C?", answers=5), Answer("3", "fail", 0.5, 3)),
    ],
)
def test_answers_may_be_spelled_in_both_languages_or_as_steps(text, one, expected):
    assert read_answer(text, one) == expected


@pytest.mark.parametrize(
    ("text", "one"), [("", BINARY), ("maybe", BINARY), ("1", BINARY), ("pass!", BINARY), ("pass", STEPS), ("1", STEPS)]
)
def test_what_is_no_answer_is_refused(text, one):
    with pytest.raises(ValueError):
        read_answer(text, one)


def test_a_worklist_says_what_can_be_answered():
    assert choices(BINARY) == ["pass", "fail", "n/a"]
    assert choices(STEPS) == ["good", "fair", "poor", "n/a"]


def test_mistakes_are_named_by_line():
    answers = {"a": {"line": 2, "text": "perhaps"}, "z": {"line": 3, "text": "pass"}, "b": {"line": 4, "text": "pass"}}
    assert check_answers(TWO, answers) == [
        "line 2: no answer: found 'perhaps', expected pass, fail, n/a",
        "line 3: p version 1 does not ask 'z'. Known: a, b, c, d.",
        "line 4: no answer: found 'pass', expected good, fair, poor, n/a",
    ]


def test_the_same_person_leg_form_and_session_make_the_same_evaluation():
    leg = {"interaction_id": "s:1", "agent_id": "a07", "contact_on": date(2026, 3, 2)}
    answers = {"a": {"text": "pass", "note": None}, "d": {"text": "n/a", "note": "not asked"}}
    now = datetime(2026, 3, 3, tzinfo=UTC)

    def rows(by="kim", session=None, given=answers):
        return evaluation_rows([Filled(TWO, "s:1/1", leg, session, given)], by, now)

    first = rows()
    assert [row["question_id"] for row in first] == ["a", "d"]
    assert [row["is_not_applicable"] for row in first] == [False, True]
    assert {row["evaluation_percentage"] for row in first} == {None}
    others = [rows(given={"b": {"text": "good", "note": None}}), rows(by="lee"), rows(session="march")]
    ids = [found[0]["evaluation_id"] for found in (first, *others)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert (others[0][0]["points"], others[0][0]["max_points"], others[0][0]["score_percentage"]) == (2.0, 2.0, 100.0)


def test_the_version_in_force_on_the_day_of_contact_is_the_form():
    old = form(version=1, start=date(2026, 1, 1), end=date(2026, 1, 31))
    new = form(version=2, start=date(2026, 2, 1))
    assert form_for([new, old], date(2026, 1, 15)) is old
    assert form_for([new, old], date(2026, 3, 1)) is new
    assert form_for([new, old], date(2025, 1, 1)) is None
