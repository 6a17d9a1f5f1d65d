"""The agents differ in the ways that were planted, and their words are of the kind the truth says."""

import json
import re
from dataclasses import fields
from datetime import date
from random import Random
from statistics import mean

import demo_recount as recount
import pytest

from flows.demo import make_demo
from flows.demo.bank import Bank
from flows.demo.centre import BEHAVIOURS, hire
from flows.demo.transcripts import BANKS

# Words by which an agent's line shows a behaviour.
MARKS = {
    "de": {
        "recording_notice": "aufgezeichnet|aufzeichnen",
        "empathy": "leid|entschuldig|verstehe|Verständlich",
        "identity_check": "Geburtsdatum|Kundennummer|Postleitzahl",
        "hold_permission": "[Ee]inen Moment|Warteschleife|Augenblick",
        "recap": "[Zz]usammengefasst|fasse kurz zusammen",
        "anything_else": "sonst noch|weitere Fragen",
        "goodbye": "Wiederhören|Tschüss",
    },
    "en": {
        "recording_notice": "recorded|record our",
        "empathy": "sorry|apologise|understand",
        "identity_check": "date of birth|customer number",
        "hold_permission": r"on (a brief )?hold|holding for",
        "recap": "summar|sum up",
        "anything_else": "anything else|any other questions",
        "goodbye": "[Gg]oodbye|[Bb]ye for now",
    },
}
CUSTOMER = {"need", "identity_answer", "hold_agreed", "glad", "disappointed", "nothing_else", "customer_bye"}
CUSTOMER |= {"transfer_agreed", "after_transfer"}
SLOTS = {"items", "devices", "months", "day_times"}


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    path = tmp_path_factory.mktemp("busy") / "ws"
    make_demo(path, days=7, calls_per_day=500, seed=11)
    return path


@pytest.fixture(scope="module")
def agents(busy):
    return {
        agent["planted"] or agent["agent_id"]: agent
        for agent in json.loads((busy / "truth" / "truth.json").read_bytes())["planted"]["agents"]
    }


def agent_lines(bank):
    """Yield (field, line) of everything an agent says."""
    for field in fields(Bank):
        value = getattr(bank, field.name)
        if field.name in CUSTOMER | SLOTS:
            continue
        for group in value.values() if isinstance(value, dict) else [value]:
            for line in group:
                yield field.name, line[0] if field.name == "pairs" else line


def shares(workspace, agent_id):
    rows = [row for row in recount.rows(workspace / "truth" / "spoken.csv") if row["agent_id"] == agent_id]
    ended_here = [row for row in rows if row["transferred_out"] == "0"]
    return {name: mean(int(row[name]) for row in ended_here if row[name]) for name in BEHAVIOURS}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("behaviour", MARKS["de"])
def test_the_words_of_a_behaviour_stand_in_its_lines_and_in_no_other(language, behaviour):
    lines = list(agent_lines(BANKS[language]))
    hits = {name for name, line in lines if re.search(MARKS[language][behaviour], line)}
    own = [line for name, line in lines if name == behaviour]
    assert hits == {behaviour}
    assert all(re.search(MARKS[language][behaviour], line) for line in own)
    assert len(own) >= 3


@pytest.mark.parametrize("language", ["de", "en"])
def test_openings_greet_and_name_as_they_are_filed(language):
    for (greets, names), lines in BANKS[language].opening.items():
        for line in lines:
            assert ("{name}" in line) == names
            assert bool(re.search(r"\{hello\}|willkommen|guten \{day_time\}|welcome", line)) == greets


def test_who_forgets_the_opening_says_it_about_as_often_as_planted(busy, agents):
    said = shares(busy, agents["forgets_the_opening"]["agent_id"])
    assert said["recording_notice"] == pytest.approx(0.35, abs=0.12)
    assert said["greeting"] == pytest.approx(0.55, abs=0.12)
    assert said["goodbye"] > 0.8


def test_who_never_asks_never_asks(busy, agents):
    assert shares(busy, agents["never_asks_anything_else"]["agent_id"])["anything_else"] == 0


def test_the_strong_one_says_nearly_everything_and_solves_more(busy, agents):
    strong = agents["strong"]
    assert min(shares(busy, strong["agent_id"]).values()) > 0.93
    assert all(strong["solves"][queue] > agents["a01"]["solves"][queue] for queue in strong["solves"])


def test_holds_are_long_where_planted(busy, agents):
    holds = {}
    for leg in recount.legs(busy / "inbox")[0].values():
        if leg["hold_ms"]:
            holds.setdefault(leg["agent"], []).append(leg["hold_ms"])
    long = mean(holds.pop(agents["holds_long"]["agent_id"]))
    assert long > 2 * max(mean(values) for values in holds.values())


def test_the_unlucky_one_has_few_calls_all_of_the_hardest_queue_and_is_not_weak(busy, agents):
    unlucky = agents["few_calls_in_a_hard_queue"]
    legs = [leg for leg in recount.legs(busy / "inbox")[0].values() if leg["answered"]]
    own = [leg for leg in legs if leg["agent"] == unlucky["agent_id"]]
    assert 3 <= len(own) < 0.4 * len(legs) / 12
    assert {leg["queue"] for leg in own} == {"complaints"}
    assert unlucky["solves"]["complaints"] == pytest.approx(0.52, abs=0.001)
    assert unlucky["handle_factor"] == 1.0


def test_what_was_planted_is_near_what_was_said(busy, agents):
    for agent in agents.values():
        for name, told in agent["says"].items():
            if told["occasions"] >= 60:
                assert told["said"] / told["occasions"] == pytest.approx(told["share"], abs=0.2), (agent, name)


def test_resolution_follows_the_queue(busy):
    last, solved = {}, {}
    for (call, _), leg in sorted(recount.legs(busy / "inbox")[0].items()):
        if leg["answered"]:
            last[call] = leg["queue"]
    for call in recount.calls(busy / "inbox")[0].values():
        if call["resolved"] is not None and call["id"] in last:
            solved.setdefault(last[call["id"]], []).append(call["resolved"])
    assert mean(solved["hotline_de"]) > mean(solved["complaints"]) + 0.1


def test_teams_have_five_or_more_and_one_agent_moves():
    people = hire(12, Random(1), date(2026, 3, 27), date(2026, 3, 31))
    teams = [agent.team for agent in people]
    after = [agent.moves_to or agent.team for agent in people]
    assert all(group.count(name) >= 5 for group in (teams, after) for name in set(teams))
    assert sum(agent.moves_on is not None for agent in people) == 1


def test_planted_agents_are_the_same_people_in_a_large_centre():
    people = hire(500, Random(1), date(2026, 3, 27), date(2026, 3, 31))
    assert [agent.planted for agent in people[:10]] == [agent.planted for agent in hire(10, Random(1), *[date.max] * 2)]
    assert len({agent.team for agent in people}) == 20
