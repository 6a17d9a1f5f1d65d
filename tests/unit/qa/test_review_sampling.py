"""Drawing legs for review: the stated probabilities are the true ones, and weighted means have no bias."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sampling import REASONS, Leg, draw, plan

SEEDS = 4000


def leg(number, queue="loans", channel="voice", reasons=(), agent="a01"):
    return Leg(f"s:{number}/1", f"s:{number}", agent, queue, channel, "de", date(2026, 3, 2), tuple(reasons))


def centre():
    """23 legs of one agent: three strata, one of a single leg; 2 fatal, 5 low, 1 very long."""
    legs = [leg(n, "loans", "voice", ["low_score"] if n < 5 else ()) for n in range(12)]
    legs += [leg(n, "loans", "email", ["fatal", "low_score"] if n < 14 else ()) for n in range(12, 22)]
    return [*legs, leg(22, None, None, ["very_long"])]


def shares(legs, n, risk):
    """How often each leg was drawn over many seeds, and the probability it was said to have when it was."""
    drawn, said = Counter(), {}
    for seed in range(SEEDS):
        for one in draw(legs, n, risk, f"seed {seed}"):
            drawn[one.leg.leg_id] += 1
            said.setdefault(one.leg.leg_id, set()).add(one.probability)
    return drawn, said


@pytest.mark.parametrize(("n", "risk"), [(4, 0), (4, 3), (5, 2), (1, 1)])
def test_every_leg_is_drawn_as_often_as_its_probability_says(n, risk):
    legs = centre()
    drawn, said = shares(legs, n, risk)
    for one in legs:
        ((probability,),) = [said[one.leg_id]]
        deviation = 4.5 * (probability * (1 - probability) / SEEDS) ** 0.5
        assert abs(drawn[one.leg_id] / SEEDS - probability) <= deviation, one
    assert sum(next(iter(said[one.leg_id])) for one in legs) == pytest.approx(n + risk)


def test_a_mean_weighted_by_the_probabilities_has_no_bias_and_an_unweighted_one_has():
    legs = centre()
    scores = {one.leg_id: 40.0 if one.reasons else 90.0 for one in legs}
    truth = sum(scores.values()) / len(legs)
    weighted, plain = [], []
    for seed in range(SEEDS):
        draws = draw(legs, 5, 3, f"seed {seed}")
        weighted.append(sum(scores[one.leg.leg_id] / one.probability for one in draws) / len(legs))
        plain.append(sum(scores[one.leg.leg_id] for one in draws) / len(draws))
    mean = sum(weighted) / SEEDS
    spread = (sum((value - mean) ** 2 for value in weighted) / SEEDS) ** 0.5
    assert abs(mean - truth) <= 4.5 * spread / SEEDS**0.5
    assert sum(plain) / SEEDS < truth - 5


def test_the_most_urgent_are_taken_for_sure_and_lots_decide_among_equals():
    legs = centre()
    for seed in range(20):
        draws = {one.leg.leg_id: one for one in draw(legs, 2, 3, f"s{seed}")}
        for number in (12, 13):
            assert (draws[f"s:{number}/1"].drawn_as, draws[f"s:{number}/1"].probability) == ("risk", 1.0)
        (third,) = [one for one in draws.values() if one.drawn_as == "risk" and "fatal" not in one.leg.reasons]
        assert third.leg.reasons == ("low_score",)
        assert third.probability == pytest.approx(1 / 5 + 4 / 5 * 2 / 20)


def test_strata_get_their_share_rounded_up_or_down():
    legs = [leg(n, "loans") for n in range(30)] + [leg(n, "cards") for n in range(30, 40)]
    for seed in range(50):
        found = Counter(one.leg.queue for one in draw(legs, 6, 0, f"s{seed}"))
        assert (found["loans"], found["cards"]) in {(4, 2), (5, 1)}


def test_a_group_smaller_than_wanted_is_taken_whole():
    draws = draw([leg(n) for n in range(3)], 5, 2, "s")
    assert {one.probability for one in draws} == {1.0}
    assert (len(draws), draws[0].population_n, draws[0].random_n) == (3, 3, 3)
    assert draw([leg(n) for n in range(3)], 0, 0, "s") == []


def test_the_same_seed_draws_the_same_and_other_agents_change_nothing():
    own = [leg(n) for n in range(20)]
    other = [leg(n, agent="a02") for n in range(100, 140)]
    alone = plan(own, 3, 0, "march")
    assert [one for one in plan(own + other, 3, 0, "march") if one.leg.agent_id == "a01"] == alone
    assert plan(list(reversed(own)), 3, 0, "march") == alone
    assert plan(own, 3, 0, "april") != alone


def test_the_order_of_the_worklist_does_not_tell_who_was_drawn_for_risk():
    legs = centre()
    first = Counter(plan(legs, 4, 4, f"s{seed}")[0].drawn_as for seed in range(400))
    assert 120 < first["risk"] < 280


def test_a_fatal_failure_outweighs_everything_else():
    assert leg(1, reasons=["fatal"]).urgency > leg(2, reasons=REASONS[1:]).urgency


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    n=st.integers(0, 12),
    risk=st.integers(0, 5),
    seed=st.text(max_size=5),
)
def test_sizes_and_probabilities_add_up(sizes, n, risk, seed):
    legs = [
        leg(f"{stratum}-{number}", f"q{stratum}", reasons=REASONS[number % 6 :][:1] if number % 2 else ())
        for stratum, size in enumerate(sizes)
        for number in range(size)
    ]
    draws = draw(legs, n, risk, seed)
    taken = [one for one in draws if one.drawn_as == "risk"]
    assert len({one.leg.leg_id for one in draws}) == len(draws)
    assert len(taken) == min(risk, sum(bool(one.reasons) for one in legs))
    assert len(draws) == len(taken) + min(n, len(legs) - len(taken))
    assert all(0 < one.probability <= 1 for one in draws)
