"""What qa/score.sql does with any answers: an oracle in exact fractions, bounds that hold the truth, no surprises."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st
from score_kit import Asked, scores

OUTCOMES = ("pass", "fail", "not_applicable", "unknown")
SECTIONS = {"a": 20.0, "b": 0.3, "c": 55.0}
EPSILON = 2e-6


def asked(outcome, part, section, **more):
    part = {"pass": max(part, 0.5), "fail": min(part, 0.75)}.get(outcome) if part is not None else None
    return Asked(outcome, section=section, section_weight=SECTIONS[section], part=part, **more)


ASKED = st.builds(
    asked,
    outcome=st.sampled_from(OUTCOMES),
    part=st.sampled_from([None, None, None, 0.0, 0.25, 0.5, 0.75, 1.0]),
    section=st.sampled_from("abc"),
    weight=st.sampled_from([0.0, 0.1, 1.0, 2.0, 3.5, 40.0]),
    fatal=st.sampled_from([None, None, None, None, "section", "policy"]),
    bonus=st.sampled_from([0.0, 0.0, 2.5, 30.0]),
    critical=st.sampled_from([None, "customer", "business", "compliance"]),
    is_advisory=st.sampled_from([False, False, False, True]),
)
CASES = st.lists(st.lists(ASKED, min_size=1, max_size=6), min_size=25, max_size=25)
FIGURES = ("raw", "final", "low", "high", "coverage")


def exact(value):
    return Fraction(repr(value))


def mean(pairs):
    known = [(weight, share) for weight, share in pairs if share is not None]
    return sum(w * s for w, s in known) / sum(w for w, _ in known) if known else None


def oracle(case, min_coverage=0.0):
    """The arithmetic of docs/policy-author.md, said in other words than the SQL."""
    case = [one for one in case if not one.is_advisory and one.outcome != "not_applicable"]
    known = [one for one in case if one.outcome != "unknown"]
    if any(one.fatal == "policy" and one.outcome == "fail" for one in known):
        return {"final": 0, "low": 0, "high": 0}

    def over(answers, zeroing, worth):
        sections = {one.section: [] for one in answers} | {one.section: [] for one in zeroing}
        for one in answers:
            sections[one.section].append(one)
        zeroed = {one.section for one in zeroing if one.fatal == "section"}
        shares = []
        for name, inside in sections.items():
            of = sum(exact(one.weight) for one in inside)
            earned = sum(exact(one.weight) * worth(one) for one in inside)
            share = Fraction(0) if name in zeroed else earned / of if of else None
            shares.append((exact(SECTIONS[name]), share))
        found = mean(shares)
        points = sum(exact(one.bonus) * worth(one) for one in answers)
        return None if found is None else min(Fraction(100), 100 * found + points)

    fails = [one for one in known if one.outcome == "fail"]
    out = {"final": over(known, fails, lambda one: exact(one.score))}
    unknown = [one for one in case if one.outcome == "unknown"]
    for name, worth, zeroing in (("low", 0, [*fails, *unknown]), ("high", 1, fails)):
        out[name] = over(
            case, zeroing, lambda one, worth=worth: Fraction(worth) if one.score is None else exact(one.score)
        )
    may_be_fatal = any(one.fatal == "policy" for one in unknown)
    if out["high"] is None and out["low"] is not None:
        # Only what may zero a section applies there: a zero, and whatever the open bonuses add to it.
        out["high"] = min(Fraction(100), out["low"] + sum(exact(one.bonus) for one in unknown))
    if may_be_fatal:
        out |= {"low": 0, "high": 0 if out["high"] is None else out["high"]}
    return out


def close(one, other):
    return one is other is None or (one is not None and other is not None and abs(one - float(other)) <= EPSILON)


@settings(max_examples=10, deadline=None)
@example([[Asked("unknown", 0, "a", 20.0, fatal="section", bonus=30.0)]])
@given(CASES)
def test_the_sql_is_what_an_oracle_in_fractions_says(cases):
    for case, row in zip(cases, scores(cases), strict=True):
        for name, value in oracle(case).items():
            assert close(row[name], value), (name, case, row)


def truths(case, limit=27):
    """Replace each unknown by a pass, a fail or, as a condition that was not met, not applicable."""
    open_ = [at for at, one in enumerate(case) if one.outcome == "unknown"][:3]
    rest = [one for at, one in enumerate(case) if at in open_ or one.outcome != "unknown"]
    places = [at for at, one in enumerate(rest) if one.outcome == "unknown"]
    for chosen in list(product(("pass", "fail", "not_applicable"), repeat=len(places)))[:limit]:
        made = list(rest)
        for at, outcome in zip(places, chosen, strict=True):
            made[at] = made[at].answered(outcome)
        yield rest, made


@settings(max_examples=8, deadline=None)
@given(CASES)
def test_bounds_hold_the_truth_whatever_the_unknown_answers_turn_out_to_be(cases):
    pairs = [pair for case in cases for pair in truths(case)]
    found = scores([case for pair in pairs for case in pair])
    for (case, truth), known, turned in zip(pairs, found[::2], found[1::2], strict=True):
        final = turned["final"]
        assert final is None or known["low"] - EPSILON <= final <= known["high"] + EPSILON, (case, truth, known, turned)


@settings(max_examples=8, deadline=None)
@given(CASES)
def test_the_score_lies_between_its_own_bounds_and_in_0_to_100(cases):
    for row in scores(cases):
        assert (row["low"] is None) == (row["high"] is None)
        if row["final"] is not None:
            assert 0 <= row["low"] <= row["final"] + EPSILON
            assert row["final"] <= row["high"] + EPSILON <= 100 + 2 * EPSILON
        assert row["coverage"] is None or 0 <= row["coverage"] <= 1


def lower(before, after):
    return before is not None and after is not None and after < before - EPSILON


@settings(max_examples=8, deadline=None)
@given(CASES)
def test_raising_one_answer_never_lowers_anything(cases):
    pairs = []
    for case in cases:
        for at, one in enumerate(case):
            better = [one.answered("pass")] if one.outcome == "fail" else []
            better += [replace(one, part=one.part + 0.25)] if one.score is not None and (one.part or 1) <= 0.75 else []
            pairs += [(case, [*case[:at], more, *case[at + 1 :]]) for more in better]
    found = scores([case for pair in pairs for case in pair])
    for before, after in zip(found[::2], found[1::2], strict=True):
        assert not any(lower(before[name], after[name]) for name in ("raw", "final", "low", "high")), (before, after)


@settings(max_examples=8, deadline=None)
@given(CASES)
def test_an_exception_from_a_fail_never_lowers_a_score(cases):
    pairs = []
    for case in cases:
        for at, one in enumerate(case):
            if one.outcome == "fail" and one.score == 0:
                pairs.append((case, [*case[:at], one.answered("not_applicable"), *case[at + 1 :]]))
    found = scores([case for pair in pairs for case in pair])
    for before, after in zip(found[::2], found[1::2], strict=True):
        assert not any(lower(before[name], after[name]) for name in ("raw", "final", "low")), (before, after)


@settings(max_examples=6, deadline=None)
@given(CASES, st.sampled_from([0.01, 3.0, 1000.0]), st.sampled_from([0.1, 7.0]))
def test_weights_times_a_constant_change_nothing(cases, inside, outside):
    scaled = [
        [replace(one, weight=one.weight * inside, section_weight=one.section_weight * outside) for one in case]
        for case in cases
    ]
    for one, other in zip(scores(cases), scores(scaled), strict=True):
        assert all(close(one[name], other[name]) for name in FIGURES), (one, other)


@settings(max_examples=6, deadline=None)
@given(CASES)
def test_advice_changes_no_figure(cases):
    for with_advice, without in zip(
        scores(cases),
        scores(
            [[replace(one, outcome="not_applicable") if one.is_advisory else one for one in case] for case in cases]
        ),
        strict=True,
    ):
        assert [with_advice[name] for name in FIGURES] == [without[name] for name in FIGURES]
        assert with_advice["fatal"] == without["fatal"]


@settings(max_examples=4, deadline=None)
@given(st.lists(st.lists(ASKED.map(lambda one: one.answered("not_applicable")), min_size=1, max_size=5), max_size=9))
def test_all_not_applicable_is_null(cases):
    for row in scores(cases):
        assert [row[name] for name in FIGURES] == [None] * 5


def test_a_section_that_is_certainly_zero_counts_although_nothing_else_of_it_is_known():
    case = [Asked("fail", 0, "a", 50, fatal="section"), Asked("unknown", 1, "a", 50), Asked("pass", 1, "b", 50)]
    (row,) = scores([case])
    assert (row["raw"], row["final"], row["low"], row["high"]) == (100, 50, 50, 50)


def test_a_critical_class_is_open_while_one_of_its_questions_is_unknown():
    known, open_, failed = scores(
        [
            [Asked("pass", critical="customer"), Asked("not_applicable", critical="customer")],
            [Asked("pass", critical="customer"), Asked("unknown", critical="customer")],
            [Asked("fail", critical="customer"), Asked("unknown", critical="customer")],
        ]
    )
    assert [row["customer_critical_pass"] for row in (known, open_, failed)] == [True, None, False]


def test_a_part_of_a_scale_earns_its_part_of_weight_and_bonus():
    case = [Asked("fail", 2, part=0.5, bonus=10), Asked("pass", 2)]
    (row,) = scores([case])
    assert (row["raw"], row["final"]) == (75, 80)


def test_only_advice_has_a_row_and_no_score():
    (row,) = scores([[Asked("fail", is_advisory=True, fatal="policy")]])
    assert [row[name] for name in FIGURES] == [None] * 5
    assert row["fatal"] is False
