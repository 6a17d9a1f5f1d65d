"""Simulated centres with known truth: what the comparisons, charts and effects find in them, and how often by chance.

Each family of mart.case_day is a centre of its own here: findings are corrected within families.
"""

from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from warehouse import build
from warehouse.models import all_models

DAY = date(2026, 3, 28)
STRATA = ("easy", "usual", "hard")
LEVELS = {"share": (0.95, 0.85, 0.6), "points": (97.0, 92.0, 80.0), "ratio": (5.0, 5.4, 6.2)}
SPREADS = {"points": 12.0, "ratio": 0.6}
pytestmark = pytest.mark.slow


def draw(rng, scale, mean, n):
    """Return n values of a contact of this mean: fails and passes, logarithms of seconds, points lost."""
    if scale == "share":
        return (rng.random(n) < mean).astype(float)
    if scale == "ratio":
        return rng.normal(mean, SPREADS[scale], n)
    shape = (100 - mean) / 15  # skewed as scores are: many of 100, a few far below
    return 100 - np.minimum(100, rng.gamma(shape, 15, n))


def sums(family, scale, agent, stratum, values, on_date=DAY):
    return {
        "family": family, "subject": "s", "scale": scale, "agent_id": agent, "on_date": on_date, "stratum": stratum,
        "n": len(values), "total": float(values.sum()), "squares": float((values**2).sum()),
    }  # fmt: skip


def ask(name, rows, day=DAY, **tables):
    connection = duckdb.connect()
    build.macros(connection)
    for full, table in {"mart.case_day": pa.Table.from_pylist(rows), **tables}.items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {full.split('.')[0]}")
        connection.register("given", table)
        connection.execute(f"CREATE TABLE {full} AS FROM given")
    result = connection.execute(all_models()[name].sql, {"business_date": day})
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def centre(rng, family, scale, agents, shift=lambda agent: 0.0):
    """Return the rows of one centre and the true means: agents alike but for their mix and `shift`."""
    rows, truth = [], {}
    for agent in range(agents):
        for stratum, level, n in zip(STRATA, LEVELS[scale], rng.multinomial(80, rng.dirichlet((1, 1, 1))), strict=True):
            truth[agent, stratum] = (level + shift(agent), int(n))
            if n:
                rows.append(sums(family, scale, str(agent), stratum, draw(rng, scale, level + shift(agent), n)))
    return rows, truth


def compared(scale, centres, agents, shift=lambda rng: lambda agent: 0.0, seed=1):
    rng, rows, truths = np.random.default_rng(seed), [], {}
    for number in range(centres):
        more, truths[f"c{number}"] = centre(rng, f"c{number}", scale, agents, shift(rng))
        rows += more
    return ask("mart.agent_comparison", rows), truths


@pytest.mark.parametrize("scale", LEVELS)
def test_agents_alike_but_for_their_mix_are_told_apart_in_one_night_of_twenty_at_most(scale):
    found, _ = compared(scale, 1200, 12)
    wrong = {row["family"] for row in found if row["finding"] in ("above", "below")}
    assert sum(row["finding"] == "within_noise" for row in found) > 0.9 * len(found)
    assert len(wrong) / 1200 <= 0.05


def true_difference(truth, agent):
    """Return what an endless number of contacts would show: own less colleagues', weighted by the agent's mix."""
    own = others = total = 0.0
    for stratum in STRATA:
        mean, n = truth[agent, stratum]
        rest = [truth[other, stratum] for other in {a for a, _ in truth} - {agent}]
        weight = sum(n for _, n in rest)
        if n == 0 or weight < 5:
            continue
        own, total = own + n * mean, total + n
        others += n * sum(m * k for m, k in rest) / weight
    return (own - others) / total


@pytest.mark.parametrize("scale", ["share", "ratio"])
def test_intervals_hold_the_truth_in_93_to_97_of_100(scale):
    size = {"share": 0.04, "ratio": 0.15}[scale]

    def shift(rng):
        shifts = rng.normal(0, size, 12).clip(-0.3, 0.04 if scale == "share" else 1)
        return lambda agent: shifts[agent]

    found, truths = compared(scale, 200, 12, shift)
    held = []
    for row in found:
        if row["difference_ci_low"] is not None:
            low, high = row["difference_ci_low"], row["difference_ci_high"]
            truth = true_difference(truths[row["family"]], int(row["agent_id"]))
            held.append(low <= (np.exp(truth) if scale == "ratio" else truth) <= high)
    assert len(held) > 2000
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.parametrize(("scale", "shift"), [("share", -0.25), ("points", -8.0), ("ratio", 0.35)])
def test_a_planted_difference_is_found_in_nine_of_ten_centres(scale, shift):
    found, _ = compared(scale, 200, 12, lambda _: lambda agent: shift * (agent == 0))
    planted = [row for row in found if row["agent_id"] == "0"]
    side = "above" if shift > 0 else "below"
    assert np.mean([row["finding"] == side for row in planted]) >= 0.9
    others = [row for row in found if row["agent_id"] != "0"]
    assert np.mean([row["finding"] in ("above", "below") for row in others]) <= 0.05


def test_belief_is_nearer_to_the_truth_than_the_raw_difference_and_places_hold_the_true_one():
    def shift(rng):
        shifts = rng.normal(0, 0.05, 20)
        return lambda agent: shifts[agent]

    found, truths = compared("ratio", 100, 20, shift)
    raw, believed, held = [], [], []
    for row in found:
        truth = truths[row["family"]]
        true = {agent: true_difference(truth, agent) for agent in range(20)}
        own = true[int(row["agent_id"])]
        raw.append((np.log(row["difference"]) - own) ** 2)
        believed.append((np.log(row["believed_difference"]) - own) ** 2)
        held.append(row["place_from"] <= 1 + sum(other > own for other in true.values()) <= row["place_to"])
    assert np.mean(believed) < 0.75 * np.mean(raw)
    assert np.mean(held) >= 0.95


def charted(rng, scale, days, agents, change=lambda agent, day: 0.0, wobble=0.0):
    rows = []
    for day in range(days):
        for agent in range(agents):
            moved = rng.normal(0, wobble) if wobble else 0.0
            for stratum, level in zip(STRATA, LEVELS[scale], strict=True):
                n = rng.poisson(5)
                if n:
                    values = draw(rng, scale, level + moved + change(agent, day), n)
                    rows.append(sums("f", scale, str(agent), stratum, values, DAY - timedelta(days=days - 1 - day)))
    return ask("mart.control_chart", rows)


@pytest.mark.parametrize(("scale", "wobble"), [("share", 0.0), ("points", 0.0), ("ratio", 0.0), ("ratio", 0.3)])
def test_charts_of_steady_agents_are_quiet_also_where_days_differ(scale, wobble):
    found = [row for row in charted(np.random.default_rng(2), scale, 90, 40, wobble=wobble) if row["agent_id"]]
    rules = [row["rule"] for row in found]
    assert len(found) > 2500
    assert rules.count("beyond_limits") / len(rules) <= (0.02 if wobble else 0.01)
    assert rules.count("eight_in_a_row") / len(rules) <= 0.02


def test_a_lasting_turn_is_a_signal_within_eight_days():
    found = charted(np.random.default_rng(3), "points", 60, 40, lambda agent, day: -9.0 * (day >= 52))
    last = [row for row in found if row["agent_id"] and row["on_date"] > DAY - timedelta(8)]
    low = {row["agent_id"] for row in last if row["finding"] == "below"}
    assert len(low) >= 36


def coached(scale, centres, effect, seed=4):
    """Return effects where the worst of 14 agents of true differences is coached in each centre, and naive changes."""
    rng, rows, talks = np.random.default_rng(seed), [], []
    for number in range(centres):
        levels = rng.normal(0, 0.1, 14)
        before = []
        for agent in range(14):
            values = draw(rng, scale, 5.4 + levels[agent], 25)
            before.append(values.mean())
            row = sums("question", scale, str(agent), "s", values, DAY - timedelta(40))
            rows.append(row | {"subject": f"p.c{number}"})
        worst = int(np.argmin(before))
        for agent in range(14):
            values = draw(rng, scale, 5.4 + levels[agent] + effect * (agent == worst), 25)
            rows.append(sums("question", scale, str(agent), "s", values, DAY) | {"subject": f"p.c{number}"})
        about = {"policy_id": "p", "question_id": f"c{number}", "metric": None}
        talks.append({"coaching_id": str(number), "agent_id": str(worst), "coached_on": DAY - timedelta(20)} | about)
    schema = pa.schema([(name, pa.date32() if name == "coached_on" else pa.string()) for name in talks[0]])
    return ask("mart.coaching_effect", rows, **{"core.coaching": pa.Table.from_pylist(talks, schema=schema)})


def test_coming_back_to_the_middle_is_no_effect_of_a_coaching():
    found = coached("ratio", 300, 0.0)
    naive = [np.log(row["after"] / row["before"]) for row in found]
    assert np.mean(naive) > 0.05
    assert abs(np.mean([np.log(row["effect"]) for row in found])) < 0.02
    assert np.mean([row["finding"] == "within_noise" for row in found]) >= 0.93


def test_an_effect_of_a_coaching_is_found():
    found = coached("ratio", 100, 0.6)
    assert np.mean([row["finding"] == "above" for row in found]) >= 0.8
    assert np.mean([np.log(row["effect"]) for row in found]) == pytest.approx(0.6, abs=0.05)
