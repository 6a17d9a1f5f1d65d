"""Real exports through the example mappings, against figures counted by others."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data"
EXAMPLES = ROOT / "docs" / "examples"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.exists(), reason="no shared data beside the checkout")]


def kit():
    """The reading kit of the unit tests, which are in another folder."""
    spec = importlib.util.spec_from_file_location("reading_kit", ROOT / "tests/unit/reading/reading_kit.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("reading_kit", module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def read(name, kind, mapping):
    return kit().read_file(DATA / name, kind, (EXAMPLES / mapping).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def telecom():
    return read("acd/telecom_2021_q1.csv", "csv", "telecom.yaml")


@pytest.fixture(scope="module")
def bank():
    return read("acd/bank_one_day.csv", "csv", "bank.yaml")


@pytest.fixture(scope="module")
def star():
    return [read(path, "json", "star.yaml") for path in sorted((DATA / "star/dialogues").glob("*.json"))]


def talk(rows, agent=None, *, positive=False):
    """Return (number, mean) of the talk of handled legs."""
    own = [row["talk_s"] for row in rows if row["outcome"] == "handled" and agent in (None, row["agent_id"])]
    own = [value for value in own if value is not None and (value > 0 or not positive)]
    return len(own), round(float(sum(own) / len(own)), 2)


def test_telecom_has_its_totals(telecom):
    calls, legs = telecom["interaction"], telecom["leg"]
    assert (telecom.read, telecom.ignored, telecom.rejects) == (5000, 0, [])
    assert Counter(row["outcome"] for row in calls) == {"answered": 4054, "abandoned": 946}
    assert Counter(row["resolved"] for row in calls) == {True: 3646, False: 408, None: 946}
    assert sum(row["talk_s"] for row in legs if row["talk_s"] is not None) == Decimal(911837)
    assert talk(legs) == (4054, 224.92)
    assert len({row["interaction_id"] for row in calls}) == 5000


@pytest.mark.parametrize(
    ("agent", "offered", "handled", "resolved", "mean", "csat"),
    [("Becky", 631, 517, 462, 220.01, 3.371), ("Jim", 666, 536, 485, 228.11, 3.394)],
)
def test_telecom_agents_have_their_figures(telecom, agent, offered, handled, resolved, mean, csat):
    calls = {row["interaction_id"]: row for row in telecom["interaction"]}
    own = [row for row in telecom["leg"] if row["agent_id"] == agent]
    assert len(own) == offered
    assert talk(own) == (handled, mean)
    assert sum(calls[row["interaction_id"]]["resolved"] is True for row in own) == resolved
    said = [value for row in own if (value := calls[row["interaction_id"]]["csat"]) is not None]
    assert round(sum(said) / len(said), 3) == csat


def test_bank_has_its_totals(bank):
    calls, legs = bank["interaction"], bank["leg"]
    assert (bank.read, bank.ignored, bank.rejects) == (2375, 0, [])
    assert Counter(row["disposition"] for row in calls) == {"AGENT": 1511, "HANG": 846, "PHANTOM": 18}
    assert Counter(row["outcome"] for row in calls) == {"answered": 1511, "abandoned": 846, "failed": 18}
    assert sum(row["outcome"] == "abandoned" and row["queue_s"] > 0 for row in calls) == 726
    assert talk(legs) == (1505, 194.53)
    assert talk(legs, "SHARON") == (164, 133.10)
    assert talk(legs, "AVI") == (161, 119.40)


def test_nobody_is_no_agent(bank):
    assert "NO_SERVER" not in {row["agent_id"] for row in bank["leg"]}


def test_an_id_used_twice_is_made_unique(bank):
    ids = [row["source_id"] for row in bank["interaction"]]
    assert len(set(ids)) == 2375
    assert len({one.split("-")[0] for one in ids}) == 2289


def test_negative_times_stay_for_the_validator(bank):
    below = [row["ivr_s"] for row in bank["interaction"] if row["ivr_s"] < 0]
    assert below == [Decimal(-87), Decimal(-59), Decimal(-55)]


def test_what_did_not_happen_has_no_time(bank):
    hung_up = [row for row in bank["interaction"] if row["outcome"] == "abandoned"]
    assert {row["answered_at"] for row in hung_up} == {None}


def test_star_dialogues_become_chats(star):
    chats = [row for one in star for row in one["interaction"]]
    turns = [row for one in star for row in one["utterance"]]
    assert [one.rejects for one in star] == [[]] * 120
    assert (len(chats), sum(len(one["leg"]) for one in star)) == (120, 120)
    assert Counter(row["resolved"] for row in chats) == {True: 96, False: 24}
    assert Counter(row["speaker"] for row in turns) == {
        "customer": 794,
        "agent": 641 + 138,
        "system": 276,
    }
    assert sum(row["started_at"] is None for row in chats) >= 5  # no events: the rule `required` sets them aside
    assert min(row["start_ms"] for row in turns) == 0
    assert all(row["start_ms"] is not None for row in turns)
