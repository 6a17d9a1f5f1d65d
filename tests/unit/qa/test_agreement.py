"""Agreement figures against published worked examples, and what they do where there is nothing to agree about."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.agreement import agreement, alpha, fail_agreement, leniency

# The worked examples of Krippendorff, "Computing Krippendorff's Alpha-Reliability": four observers and twelve units
# with values missing; two observers and ten units with 0 or 1.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]


def counted(rows):
    values = sorted({value for row in rows for value in row if value is not None})
    units = list(zip(*rows, strict=True))
    return np.array([[sum(v == value for v in unit) for value in values] for unit in units]), np.array(values)


@pytest.mark.parametrize(
    ("rows", "level", "expected"),
    [
        (OBSERVERS, "nominal", 0.743),
        (OBSERVERS, "ordinal", 0.815),
        (OBSERVERS, "interval", 0.849),
        (BINARY, "nominal", 0.095),
        (BINARY, "interval", 0.095),
    ],
)
def test_alpha_agrees_with_the_published_worked_examples(rows, level, expected):
    counts, values = counted(rows)
    assert alpha(counts, values, level, "s").value == pytest.approx(expected, abs=0.0005)


def by_hand(rows, level):
    """Alpha as its definition says, pair by pair."""
    units = [[v for v in unit if v is not None] for unit in zip(*rows, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [v for unit in units for v in unit]

    def distance(a, b):
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return float(a - b) ** 2
        low, high = min(a, b), max(a, b)
        between = sum(low <= v <= high for v in pooled)
        return (between - (pooled.count(a) + pooled.count(b)) / 2) ** 2 if a != b else 0.0

    observed = sum(2 * sum(distance(a, b) for a, b in combinations(u, 2)) / (len(u) - 1) for u in units) / len(pooled)
    expected = 2 * sum(distance(a, b) for a, b in combinations(pooled, 2)) / (len(pooled) * (len(pooled) - 1))
    return 1 - observed / expected if expected else None


ROWS = st.integers(2, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.sampled_from([None, 0, 1, 2, 5]), min_size=columns, max_size=columns), min_size=2, max_size=4
    )
)


@given(rows=ROWS, level=st.sampled_from(["nominal", "ordinal", "interval"]))
@settings(deadline=None, max_examples=60)
def test_alpha_agrees_with_its_definition_pair_by_pair(rows, level):
    if all(value is None for row in rows for value in row):
        return
    counts, values = counted(rows)
    found = alpha(counts, values, level, "s").value
    if (counts.sum(axis=1) < 2).all():
        assert found is None
        return
    wanted = by_hand(rows, level)
    assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-5))


def test_where_all_answers_are_the_same_alpha_is_unknown_and_says_why():
    found = alpha(np.array([[3], [2], [4]]), np.array([1]), "nominal", "s")
    assert found.value is None
    assert "same answer" in found.reason
    assert agreement(np.array([[3], [2], [4]]), "s").value == 1.0


def test_one_evaluator_alone_agrees_with_nobody():
    counts = np.array([[1, 0], [0, 1]])
    for found in (alpha(counts, np.array([0, 1]), "nominal", "s"), agreement(counts, "s")):
        assert (found.value, found.reason) == (None, "no leg was evaluated twice")


def test_an_interval_needs_units_and_contains_the_value():
    counts, values = counted(OBSERVERS)
    found = alpha(counts, values, "nominal", "s")
    assert found.low < found.value < found.high <= 1
    few = alpha(counts[:4], values, "nominal", "s")
    assert few.low is None
    assert "fewer than 5" in few.reason


def test_the_same_seed_gives_the_same_interval_for_ever():
    counts, values = counted(OBSERVERS)
    first = alpha(counts, values, "nominal", "march")
    assert first == alpha(counts, values, "nominal", "march")
    assert first.low != alpha(counts, values, "nominal", "april").low
    assert (first.low, first.high) == (0.419217, 1.0)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """Evaluators who each see a fail with 80 %, and a pass with 90 %: alpha over very many units is the truth."""
    rng = np.random.RandomState(5)

    def session(units):
        truth = rng.rand(units) < 0.3
        fails = (rng.rand(3, units) < np.where(truth, 0.8, 0.1)).sum(axis=0)
        return np.column_stack([fails, 3 - fails])

    values = np.array([0, 1])
    truth = alpha(
        session(40_000)[:20_000],
        values,
        "nominal",
        "s",
    ).value
    found = [alpha(session(40), values, "nominal", f"s{n}") for n in range(150)]
    inside = sum(one.low <= truth <= one.high for one in found) / len(found)
    assert 0.86 <= inside <= 1


def test_agreement_on_fails_asks_who_else_failed_it():
    counts = np.array([[2, 0], [1, 1], [0, 2], [0, 2], [0, 2]])  # columns: fail, pass
    found = fail_agreement(counts, np.array([True, False]), "s")
    assert found.value == pytest.approx(2 / 3, abs=1e-6)  # three fails were given, two of them with company
    assert agreement(counts, "s").value == 0.8
    nobody = fail_agreement(counts[2:], np.array([True, False]), "s")
    assert (nobody.value, nobody.reason) == (None, "nobody failed anything")


def test_leniency_is_signed_and_its_interval_counts_legs_not_answers():
    lenient = leniency(np.array([20.0, 10.0, 0.0, 30.0, 15.0, 15.0]), np.array([2, 1, 1, 2, 1, 1]), "s")
    assert lenient.value == pytest.approx(90 / 8)
    assert 0 < lenient.low < lenient.value < lenient.high
    assert leniency(np.array([-20.0]), np.array([2]), "s").value == -10
    assert leniency(np.array([0.0]), np.array([0]), "s").value is None
