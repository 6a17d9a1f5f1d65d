"""Scales, exceptions, advice, conditions on facts, subjects of mails: from the YAML to the stored answer and score."""

from __future__ import annotations

import json

import pytest
from judge_kit import database, judged, phrase, policy, put, question, rows, talk

from qa.lint import lint
from qa.policy import load_policies
from schemas.errors import PolicyError
from warehouse.connect import open_memory

SAY = phrase("danke")
HOLD = {"metric": {"metric": "hold_s"}}
STEPS = [
    {"name": "short", "points": 2, "up_to": 60},
    {"name": "fair", "points": 1, "up_to": 180},
    {"name": "long", "points": 0},
]


@pytest.fixture
def db():
    connection = database()
    connection.execute("DELETE FROM history.exception")
    return connection


def hold(db, value, leg="l", state="counted"):
    put(db, "metric.hold_s", {"entity_id": leg, "value": value, "state": state})


@pytest.mark.parametrize(
    ("value", "step", "score", "outcome"),
    [(0, "short", 1, "pass"), (60, "short", 1, "pass"), (60.001, "fair", 0.5, "fail"), (181, "long", 0, "fail")],
)
def test_a_measured_value_chooses_the_step_and_its_share(db, tmp_path, value, step, score, outcome):
    talk(db, "l", "agent: ja")
    hold(db, value)
    found = judged(db, policy(tmp_path, question(HOLD, answers=STEPS)))["l", "q"]
    assert (found["step"], found["score"], found["outcome"]) == (step, score, outcome)
    assert json.loads(found["evidence"])["value"] == value
    assert rows(db, "SELECT final FROM stage.score")[0]["final"] == 100 * score


def test_a_step_may_pass_below_the_best_one(db, tmp_path):
    talk(db, "l", "agent: ja")
    hold(db, 100)
    found = judged(db, policy(tmp_path, question(HOLD, answers=STEPS, pass_from=1)))["l", "q"]
    assert (found["outcome"], found["score"]) == ("pass", 0.5)


def test_the_best_step_may_lie_in_the_middle(db, tmp_path):
    steps = [
        {"name": "hasty", "points": 1},
        {"name": "right", "points": 3, "from": 30},
        {"name": "slow", "points": 1.5, "from": 90},
    ]
    for leg, value in {"a": 29.9, "b": 30, "c": 90}.items():
        talk(db, leg, "agent: ja")
        hold(db, value, leg)
    found = judged(db, policy(tmp_path, question(HOLD, answers=steps)))
    assert [(found[leg, "q"]["step"], found[leg, "q"]["score"]) for leg in "abc"] == [
        ("hasty", 0),
        ("right", 1),
        ("slow", 0.25),
    ]


@pytest.mark.parametrize(("state", "expected"), [("unknown", "unknown"), ("excluded", "not_applicable")])
def test_a_value_nobody_knows_has_no_step(db, tmp_path, state, expected):
    talk(db, "l", "agent: ja")
    hold(db, None, state=state)
    found = judged(db, policy(tmp_path, question(HOLD, answers=STEPS)))["l", "q"]
    assert (found["outcome"], found["score"], found["step"]) == (expected, None, None)
    assert "hold_s is" in found["reason"]


COUNTED = [
    {"name": "never", "points": 0},
    {"name": "once", "points": 1, "from": 1},
    {"name": "often", "points": 2, "from": 2},
]


@pytest.mark.parametrize(
    ("said", "step"),
    [
        (["agent: ja"], "never"),
        (["agent: danke"], "once"),
        (["agent: danke", "agent: danke", "agent: danke"], "often"),
        (["agent: danke", ("unknown", "danke", {})], None),
        (["agent: danke", "agent: danke", ("unknown", "danke", {})], "often"),
    ],
)
def test_how_often_something_is_said_is_a_value_too(db, tmp_path, said, step):
    talk(db, "l", *said)
    found = judged(db, policy(tmp_path, question(SAY, answers=COUNTED)))["l", "q"]
    assert found["step"] == step
    assert found["outcome"] == ("unknown" if step is None else "pass" if step == "often" else "fail")
    assert (found["evidence"] is None) == (step is None)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"answers": 5}, "a check needs steps"),
        ({"answers": STEPS[:1]}, "at least two steps"),
        ({"answers": [STEPS[0], STEPS[0], STEPS[2]]}, "two steps have one name"),
        ({"answers": STEPS[:2]}, "do not cover every value once"),
        ({"answers": [*STEPS[:2], {"name": "x", "points": 0, "from": 5}, STEPS[2]]}, "not both on one scale"),
        ({"answers": STEPS, "pass_from": 0}, "every answer would pass"),
        ({"answers": STEPS, "pass_from": 9}, "expected above 0, up to 2"),
        ({"pass_from": 1, "check": SAY}, "pass_from goes with `answers`"),
        ({"answers": [{"name": "x", "points": 0, "upto": 5}]}, "Did you mean 'up_to'?"),
        ({"answers": STEPS, "check": {"field": {"field": "leg.note", "present": True}}}, "gives no number"),
        ({}, "nothing says what is good"),
    ],
)
def test_a_scale_that_leaves_something_open_is_refused(tmp_path, more, words):
    with pytest.raises(PolicyError) as problem:
        policy(tmp_path, question(more.pop("check", HOLD), **more))
    assert words in str(problem.value)
    assert ":1:" in str(problem.value)


@pytest.mark.parametrize(
    "answers", [5, [{"name": "no", "points": 0}, {"name": "partly", "points": 2}, {"name": "yes", "points": 3}]]
)
def test_people_choose_from_a_scale(tmp_path, answers):
    made = policy(tmp_path, question(SAY), {"id": "tone", "text": "Tone?", "human": True, "answers": answers})
    tone = made.shape.sections[0].questions[1]
    assert tone.score(tone.steps[0].points) == 0
    assert tone.score(tone.passes_from) == 1


def excepted(db, **more):
    about = {"leg_id": "l", "policy_id": "p", "question_id": "q", "reason": "the customer asked for it"}
    about |= {"decided_by": "lead", "is_withdrawn": False, "exception_id": "x1", "version": 1, "run_seq": 1}
    put(db, "history.exception", about | more)


@pytest.mark.parametrize("said", ["agent: nein", "customer: ja"])
def test_an_exception_lifts_what_is_no_pass(db, tmp_path, said):
    talk(db, "l", said)
    excepted(db)
    found = judged(db, policy(tmp_path, question(SAY), question(phrase("nein", speaker="any"), id="other")))
    answer = found["l", "q"]
    assert (answer["outcome"], answer["is_exception"], answer["score"]) == ("not_applicable", True, None)
    assert answer["reason"] == "exception: the customer asked for it"
    assert found["l", "other"]["is_exception"] is False


def test_an_exception_never_costs_a_pass(db, tmp_path):
    talk(db, "l", "agent: danke")
    excepted(db)
    answer = judged(db, policy(tmp_path, question(SAY), question(phrase("nie"), id="r")))["l", "q"]
    assert (answer["outcome"], answer["is_exception"]) == ("pass", False)
    assert rows(db, "SELECT final FROM stage.score")[0]["final"] == 50


@pytest.mark.parametrize("more", [{"is_withdrawn": True}, {"leg_id": "m"}, {"policy_id": "o"}, {"question_id": "r"}])
def test_an_exception_holds_for_its_leg_policy_and_question_until_it_is_withdrawn(db, tmp_path, more):
    talk(db, "l", "agent: nein")
    excepted(db, **more)
    assert judged(db, policy(tmp_path, question(SAY)))["l", "q"]["outcome"] == "fail"


def test_what_waits_for_an_excepted_question_goes_by_what_happened(db, tmp_path):
    talk(db, "l", "agent: bitte")
    excepted(db)
    later = question(phrase("bitte"), id="later", only_if={"question": "q", "is": "fail"})
    found = judged(db, policy(tmp_path, question(SAY), later))
    assert [found["l", one]["outcome"] for one in ("q", "later")] == ["not_applicable", "pass"]


def test_two_exceptions_are_one(db, tmp_path):
    talk(db, "l", "agent: nein")
    excepted(db)
    excepted(db, exception_id="x2", reason="another")
    assert len(judged(db, policy(tmp_path, question(SAY)))) == 1
    assert rows(db, "SELECT count(*) AS n FROM stage.answer") == [{"n": 1}]


def test_an_advisory_question_is_answered_and_not_scored(db, tmp_path):
    talk(db, "l", "agent: danke")
    more = {"advisory": True, "fatal": "policy", "critical": "customer", "weight": 9}
    found = judged(db, policy(tmp_path, question(SAY), question(phrase("nie"), id="advice", **more)))
    assert (found["l", "advice"]["outcome"], found["l", "advice"]["is_advisory"]) == ("fail", True)
    (score,) = rows(db, "SELECT final, low, high, fatal, coverage, customer_critical_pass FROM stage.score")
    assert list(score.values()) == [100, 100, 100, False, 1, None]


def advised(folder, text):
    (folder / "advisory.yaml").write_text(text, encoding="utf-8")
    return load_policies(folder)


def test_the_workspace_may_make_a_published_question_advisory(db, tmp_path):
    talk(db, "l", "agent: danke")
    one = policy(tmp_path, question(SAY), question(phrase("nie"), id="advice"))
    (two,) = advised(tmp_path, "- {policy: p, version: 1, question: advice, why: agreement 0.61 with people}\n")
    assert two.policy_hash == one.policy_hash
    found = judged(db, two)
    assert [found["l", name]["is_advisory"] for name in ("q", "advice")] == [False, True]
    assert rows(db, "SELECT final FROM stage.score")[0]["final"] == 100


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("policy: p\n", "expected a list of {policy, version, question, why}"),
        ("- {policy: p, version: 1, question: q}\n", "missing key"),
        (
            "- {policy: p, version: 2, question: q, why: x}\n",
            "advisory.yaml:1:4: 0.policy: no such version of a policy",
        ),
        ("- {policy: p, version: 1, question: qq, why: x}\n", "Did you mean 'q'?"),
    ],
)
def test_advice_that_names_nothing_is_refused_with_its_place(tmp_path, text, words):
    policy(tmp_path, question(SAY))
    with pytest.raises(PolicyError) as problem:
        advised(tmp_path, text)
    assert words in str(problem.value)
    with open_memory() as connection:
        assert [one.severity for one in lint(tmp_path, connection)] == ["error"]


@pytest.mark.parametrize(
    ("condition", "legs"),
    [
        ({"field": "team", "in": ["north"]}, ["pass", "not_applicable", "unknown"]),
        ({"field": "tenure_days", "min": 30}, ["not_applicable", "pass", "unknown"]),
        ({"field": "tenure_days", "min": 5, "max": 10}, ["pass", "not_applicable", "unknown"]),
        ({"metric": "hold_s", "min": 1}, ["not_applicable", "pass", "unknown"]),
        ({"metric": "hold_s", "max": 120}, ["pass", "pass", "unknown"]),
    ],
)
def test_a_question_may_depend_on_facts(db, tmp_path, condition, legs):
    talk(db, "a", "agent: danke", team="north", tenure_days=10)
    talk(db, "b", "agent: danke", team="south", tenure_days=30)
    talk(db, "c", "agent: danke")
    hold(db, 0, "a")
    hold(db, 120, "b")
    found = judged(db, policy(tmp_path, question(SAY, only_if=condition)))
    assert [found[leg, "q"]["outcome"] for leg in "abc"] == legs


def test_a_metric_that_leaves_a_contact_out_makes_its_condition_false(db, tmp_path):
    talk(db, "l", "agent: danke")
    hold(db, None, state="excluded")
    found = judged(db, policy(tmp_path, question(SAY, only_if={"metric": "hold_s", "min": 1})))
    assert found["l", "q"]["outcome"] == "not_applicable"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"metric": "hold_s"}, "goes with `min` or `max`"),
        ({"metric": "holds_s", "min": 1}, "Did you mean 'hold_s'?"),
        ({"metric": "hold_s", "min": 2, "max": 1}, "min is above max"),
        ({"field": "tenure_days", "in": ["3"]}, "goes with `min` or `max`"),
        ({"field": "queue", "min": 1}, "field and `in` go together"),
        ({"question": "tone"}, "that people answer"),
        ({"question": "q", "in": ["pass"]}, "a question has `is`"),
        ({}, "names a question or a field or a metric"),
    ],
)
def test_a_condition_that_says_nothing_is_refused(tmp_path, condition, words):
    with pytest.raises(PolicyError) as problem:
        tone = {"id": "tone", "text": "T", "human": True}
        policy(tmp_path, question(SAY), tone, question(SAY, id="later", only_if=condition))
    assert words in str(problem.value)


def test_a_policy_is_for_some_teams_topics_and_tenures(db, tmp_path):
    here = {"team": "north", "topic": "card", "tenure_days": 40, "site": "east"}
    talk(db, "yes", "agent: danke", **here)
    for name, value in {"team": "south", "topic": None, "tenure_days": 91, "site": "west"}.items():
        talk(db, name, "agent: danke", **(here | {name: value}))
    scope = {"team": ["north"], "topic": ["card"], "site": ["east"], "min_tenure_days": 30, "max_tenure_days": 90}
    assert {leg for leg, _ in judged(db, policy(tmp_path, question(SAY), applies_to=scope))} == {"yes"}


def test_several_policies_score_one_contact_each_for_itself(db, tmp_path):
    talk(db, "l", "agent: danke")
    judged(db, policy(tmp_path, question(SAY)), policy(tmp_path, question(phrase("nie")), name="o"))
    found = rows(db, "SELECT policy_id, final FROM stage.score ORDER BY policy_id")
    assert found == [{"policy_id": "o", "final": 0}, {"policy_id": "p", "final": 100}]


MAIL = {"channel": "email"}


@pytest.mark.parametrize(
    ("subject", "text", "part", "expected"),
    [
        ("Ihre Überweisung", "Guten Tag", "subject", "pass"),
        ("Hallo", "Ihre Überweisung", "subject", "fail"),
        ("Hallo", "Ihre Überweisung", "body", "pass"),
        ("Ihre Überweisung", "Guten Tag", "body", "fail"),
        (None, "Ihre Überweisung", "subject", "unknown"),
    ],
)
def test_a_window_may_be_the_subject_of_a_mail(db, tmp_path, subject, text, part, expected):
    talk(
        db,
        "l",
        ("customer", "Ueberweisung?", {"subject": "Überweisung"}),
        ("agent", text, {"subject": subject}),
        **MAIL,
    )
    window = {"part": part} | ({"last": 1} if part == "body" else {})
    found = judged(db, policy(tmp_path, question(phrase("überweisung", window=window))))["l", "q"]
    assert found["outcome"] == expected
    if expected == "pass":
        assert "Überweisung" in json.loads(found["evidence"])[0]["quote"]
    if expected == "fail":
        assert json.loads(found["evidence"])["turns"] == 1


def test_a_subject_and_a_text_are_searched_in_one_pass(db, tmp_path):
    talk(db, "l", ("agent", "Guten Tag", {"subject": "Ihr Vertrag"}), **MAIL)
    subject = question(phrase("vertrag", window={"part": "subject"}))
    found = judged(
        db, policy(tmp_path, subject, question(phrase("guten tag"), id="text"), question(phrase("vertrag"), id="no"))
    )
    assert [found["l", name]["outcome"] for name in ("q", "text", "no")] == ["pass", "pass", "fail"]


def rules(folder):
    with open_memory() as connection:
        return sorted(one.rule for one in lint(folder, connection))


def test_lint_finds_conditions_that_can_never_hold(tmp_path):
    never = question(SAY, id="a", only_if={"field": "tenure_days", "min": 100})
    policy(
        tmp_path,
        never,
        question(SAY, id="b", only_if={"question": "a"}),
        question(SAY, id="c", only_if={"field": "channel", "in": ["voise"]}),
        question(SAY, id="d", only_if={"field": "team", "in": ["south"]}),
        question(SAY, id="e", only_if={"field": "team", "in": ["north"]}),
        question(SAY, id="g", only_if={"metric": "hold_s", "max": -1}),
        applies_to={"max_tenure_days": 90, "team": ["north"]},
    )
    assert rules(tmp_path) == ["unreachable"] * 5


def test_lint_finds_questions_that_can_never_be_answered(tmp_path):
    policy(
        tmp_path,
        question(phrase(by_language={"en": ["thanks"]})),
        question(phrase("x", window={"part": "subject"}), id="s"),
        applies_to={"language": ["de"], "channel": ["voice"]},
    )
    assert rules(tmp_path) == ["unanswerable"] * 2
