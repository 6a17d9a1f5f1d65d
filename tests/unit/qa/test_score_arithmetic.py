"""The arithmetic of qa/score.sql: worked examples, and what must hold for any answers."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from score_kit import Asked, score, scores

OUTCOMES = ("pass", "fail", "not_applicable", "unknown")


def figures(row):
    return row["raw"], row["low"], row["high"]


@pytest.mark.parametrize(
    ("third", "expected"), [("pass", (60, 60, 60)), ("not_applicable", (50, 50, 50)), ("unknown", (50, 40, 60))]
)
def test_the_worked_example(third, expected):
    assert figures(score(Asked("pass", 40), Asked("fail", 40), Asked(third, 20))) == expected


def test_nothing_applicable_is_null_never_0_or_100():
    row = score(Asked("not_applicable"), Asked("not_applicable", section="t"))
    assert [row[name] for name in ("raw", "final", "low", "high", "coverage", "passed", "band")] == [None] * 7
    assert row["fatal"] is False


def test_nothing_known_is_null_between_0_and_100():
    row = score(Asked("unknown"), Asked("unknown", section="t"))
    assert (row["raw"], row["final"], row["low"], row["high"], row["coverage"]) == (None, None, 0, 100, 0)


def test_unknown_never_equals_fail():
    unknown, fail = scores([[Asked("pass"), Asked("unknown")], [Asked("pass"), Asked("fail")]])
    assert (unknown["final"], fail["final"]) == (100, 50)


def test_sections_weigh_first_and_those_without_an_applicable_question_drop_out():
    opening = [Asked("pass", 5, "a", 20), Asked("fail", 5, "a", 20)]
    closing = [Asked("pass", 1, "b", 60)]
    none = [Asked("not_applicable", 9, "c", 20)]
    assert score(*opening, *closing, *none)["raw"] == 87.5


def test_a_fatal_question_zeroes_the_policy_and_the_score_behind_it_stays():
    row = score(Asked("pass", 3), Asked("fail", 1, fatal="policy"))
    assert (row["raw"], row["final"], row["low"], row["high"], row["fatal"]) == (75, 0, 0, 0, True)


def test_a_fatal_question_zeroes_its_section_only():
    row = score(Asked("pass", 3, "a", 50), Asked("fail", 1, "a", 50, fatal="section"), Asked("pass", 1, "b", 50))
    assert (row["raw"], row["final"], row["fatal"]) == (87.5, 50, False)


def test_a_fatal_question_nobody_could_answer_reaches_down_to_0():
    row = score(Asked("pass"), Asked("unknown", fatal="policy"))
    assert (row["final"], row["low"], row["high"], row["fatal"]) == (100, 0, 100, False)


def test_what_is_certainly_fatal_is_0_however_little_is_known():
    row = score(Asked("fail", fatal="policy"), *[Asked("unknown")] * 9, min_coverage=0.5)
    assert (row["final"], row["low"], row["high"], row["passed"]) == (0, 0, 0, False)


def test_too_little_coverage_has_no_final_score():
    case = [Asked("pass"), Asked("unknown"), Asked("unknown")]
    row = scores([case], min_coverage=0.5)[0]
    assert (row["raw"], row["final"], row["passed"], row["coverage"]) == (100, None, None, 0.333333)
    assert score(Asked("pass"), Asked("unknown"), min_coverage=0.5)["final"] == 100


def test_bonus_adds_points_and_stops_at_100():
    half = [Asked("pass", 1), Asked("fail", 1)]
    rows = scores([[*half, Asked(o, 0, bonus=b)] for o, b in product(OUTCOMES, (5.0, 80.0))])
    assert [(row["raw"], row["final"], row["low"], row["high"]) for row in rows] == [
        (50, 55, 55, 55),
        (50, 100, 100, 100),
        *[(50, 50, 50, 50)] * 4,
        (50, 50, 50, 55),
        (50, 50, 50, 100),
    ]


def test_critical_passes_are_per_class_and_null_when_none_was_answered():
    row = score(
        Asked("pass", critical="compliance"),
        Asked("fail", critical="compliance"),
        Asked("unknown", critical="business"),
        Asked("pass", critical="customer"),
    )
    classes = ("compliance", "business", "customer")
    assert [row[f"{name}_critical_pass"] for name in classes] == [False, None, True]


def test_80_is_80_whatever_the_floats_say():
    case = [Asked("pass", 0.1, "a", 0.7), Asked("pass", 0.7, "a", 0.7), Asked("fail", 0.2, "a", 0.7)]
    case += [Asked("pass", 0.8, "b", 0.3), Asked("fail", 0.2, "b", 0.3)]
    row = scores([case], bands=[("good", 80.0), ("other", 0.0)])[0]
    assert (row["final"], row["passed"], row["band"]) == (80, True, "good")


ASKED = st.builds(
    Asked,
    outcome=st.sampled_from(OUTCOMES),
    weight=st.sampled_from([0.1, 1.0, 2.0, 3.5, 40.0]),
    section=st.sampled_from("abc"),
    fatal=st.sampled_from([None, None, None, "section", "policy"]),
    bonus=st.sampled_from([0.0, 0.0, 2.5]),
    critical=st.sampled_from([None, "customer", "business", "compliance"]),
)
CASES = st.lists(st.lists(ASKED, min_size=1, max_size=7), min_size=40, max_size=40)
EPSILON = 1e-5


def weighted(case):
    """Give every section one weight, as in a policy."""
    return [Asked(**{**one.__dict__, "section_weight": {"a": 20.0, "b": 0.3, "c": 55.0}[one.section]}) for one in case]


@settings(max_examples=6, deadline=None)
@given(CASES)
def test_raising_one_answer_never_lowers_a_score(cases):
    pairs = []
    for case in map(weighted, cases):
        for at, one in enumerate(case):
            if one.outcome == "fail":
                pairs.append((case, [*case[:at], one.answered("pass"), *case[at + 1 :]]))
    found = scores([case for pair in pairs for case in pair])
    for before, after in zip(found[::2], found[1::2], strict=True):
        for name in ("raw", "final", "low", "high"):
            assert before[name] is None or after[name] >= before[name], (before, after)


@settings(max_examples=6, deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_questions_never_matters(cases, order: random.Random):
    cases = [weighted(case) for case in cases]
    shuffled = [order.sample(case, len(case)) for case in cases]
    key = {"leg_id", "policy_id"}
    assert [{k: v for k, v in row.items() if k not in key} for row in scores(cases)] == [
        {k: v for k, v in row.items() if k not in key} for row in scores(shuffled)
    ]


@settings(max_examples=6, deadline=None)
@given(st.lists(st.lists(ASKED, min_size=1, max_size=5), min_size=12, max_size=12))
def test_bounds_contain_the_truth_whatever_it_turns_out_to_be(cases):
    family = []
    for case in map(weighted, cases):
        open_ = [at for at, one in enumerate(case) if one.outcome == "unknown"][:3]
        for truth in product(("pass", "fail", "not_applicable"), repeat=len(open_)):
            known = list(case)
            for at, outcome in zip(open_, truth, strict=True):
                known[at] = known[at].answered(outcome)
            family.append((case, known))
    found = scores([case for pair in family for case in pair])
    for (_, known), before, after in zip(family, found[::2], found[1::2], strict=True):
        if after["final"] is not None and not any(one.outcome == "unknown" for one in known):
            assert before["low"] - EPSILON <= after["final"] <= before["high"] + EPSILON, (known, before, after)


@settings(max_examples=6, deadline=None)
@given(CASES)
def test_figures_lie_in_order_between_0_and_100(cases):
    for case, row in zip(cases, scores([weighted(case) for case in cases]), strict=True):
        applies = [one for one in case if one.outcome != "not_applicable"]
        assert (row["low"] is None) == (row["high"] is None) == (not applies)
        if row["final"] is not None:
            assert 0 <= row["low"] - EPSILON <= row["final"] <= row["high"] + EPSILON or row["low"] == 0
            assert row["final"] <= 100
        assert row["fatal"] == any(one.fatal == "policy" and one.outcome == "fail" for one in case)
