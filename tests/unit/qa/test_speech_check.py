"""How a talk ran: what each measure is, when it does not apply or is not known, and which moments it points at."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import database, judged, policy, question, talk

from schemas.errors import PolicyError


@pytest.fixture
def db():
    return database()


def spoken(db, *turns, leg="l", **columns):
    """Turns as (speaker, from, to, text), in seconds."""
    talk(
        db,
        leg,
        *((who, text, {"start_ms": round(1000 * a), "end_ms": round(1000 * b)}) for who, a, b, text in turns),
        **columns,
    )


def answer(db, folder, leg="l", **check):
    return judged(db, policy(folder, question({"speech": check})))[leg, "q"]


TALK = [
    ("agent", 0, 20, "eins zwei drei vier"),
    ("customer", 21, 41, "fünf sechs"),
    ("agent", 40, 60, "sieben acht"),
    ("customer", 85.5, 105.5, "neun"),
]
CASES = [
    ({"measure": "talk_share", "max": 0.5}, "pass", "the agent spoke 50.0 % of the time anybody spoke"),
    ({"measure": "talk_share", "max": 0.49}, "fail", "the agent spoke 50.0 % of the time anybody spoke"),
    ({"measure": "talk_share", "min": 0.51}, "fail", "the agent spoke 50.0 % of the time anybody spoke"),
    ({"measure": "longest_silence_s", "max": 25.5}, "pass", "longest silence 25.5 s"),
    ({"measure": "longest_silence_s", "max": 25.4}, "fail", "longest silence 25.5 s"),
    ({"measure": "interruptions", "max": 0}, "fail", "1 interruption(s)"),
    ({"measure": "interruptions", "max": 0, "overlap_s": 1.1}, "pass", "0 interruption(s)"),
    ({"measure": "words_per_minute", "max": 9}, "pass", "9.0 words a minute"),
    ({"measure": "words_per_minute", "min": 10}, "fail", "9.0 words a minute"),
]


@pytest.mark.parametrize(("check", "outcome", "reason"), CASES)
def test_each_measure_against_its_limits(db, tmp_path, check, outcome, reason):
    spoken(db, *TALK)
    found = answer(db, tmp_path, **check)
    assert (found["outcome"], found["reason"]) == (outcome, reason)


def test_a_fail_points_at_the_moment(db, tmp_path):
    spoken(db, *TALK)
    (silence,) = json.loads(answer(db, tmp_path, measure="longest_silence_s", max=5)["evidence"])
    assert silence == {
        "seq": 4, "turn_no": 4, "start_ms": 85500, "speaker": "customer", "quote": "neun", "silent_ms": 25500,
    }  # fmt: skip
    (cut_in,) = json.loads(answer(db, tmp_path, measure="interruptions", max=0)["evidence"])
    assert (cut_in["turn_no"], cut_in["quote"]) == (3, "sieben acht")
    share = json.loads(answer(db, tmp_path, measure="talk_share", max=0.2)["evidence"])
    assert share == {"metric": "talk_share", "value": 0.5, "min": None, "max": 0.2}


def test_a_talk_that_is_never_silent_has_none(db, tmp_path):
    spoken(db, ("agent", 0, 30, "a"), ("customer", 10, 20, "b"), ("agent", 25, 40, "c"))
    found = answer(db, tmp_path, measure="longest_silence_s", min=1)
    assert (found["outcome"], found["reason"]) == ("fail", "longest silence 0.0 s")
    assert json.loads(found["evidence"])["value"] == 0


def test_a_short_yes_is_no_interruption(db, tmp_path):
    spoken(db, ("customer", 0, 30, "a"), ("agent", 5, 5.9, "mhm"), ("agent", 20, 60, "but"), ("customer", 61, 62, "b"))
    assert answer(db, tmp_path, measure="interruptions", max=9)["reason"] == "1 interruption(s)"


ALL = ("talk_share", "longest_silence_s", "interruptions", "words_per_minute")


@pytest.mark.parametrize("measure", ALL)
@pytest.mark.parametrize(
    ("columns", "outcome"),
    [
        ({"channel": "chat"}, "not_applicable"),
        ({"channel": None}, "unknown"),
        ({"text_state": "no_text"}, "unknown"),
        ({"text_state": "not_separable"}, "unknown"),
    ],
)
def test_other_channels_and_no_words(db, tmp_path, measure, columns, outcome):
    spoken(db, *TALK, **columns)
    found = answer(db, tmp_path, measure=measure, max=1)
    assert found["outcome"] == outcome
    assert found["reason"]
    assert found["score"] is None


@pytest.mark.parametrize("measure", ALL)
def test_without_an_end_nothing_is_known(db, tmp_path, measure):
    talk(db, "l", ("agent", "a", {"end_ms": None}), ("customer", "b"))
    assert answer(db, tmp_path, measure=measure, max=1)["outcome"] == "unknown"
    talk(db, "m", "agent: a", "customer: b", timed=False)
    assert answer(db, tmp_path, leg="m", measure=measure, max=1)["outcome"] == "unknown"


def test_who_spoke_matters_to_all_but_silence(db, tmp_path):
    spoken(db, *TALK, ("unknown", 200, 210, "zehn"))
    outcomes = {one: answer(db, tmp_path, measure=one, max=1)["outcome"] for one in ALL}
    assert outcomes == dict.fromkeys(ALL, "unknown") | {"longest_silence_s": "fail"}


def test_one_side_alone_is_no_talk(db, tmp_path):
    spoken(db, ("agent", 0, 40, "a"))
    assert answer(db, tmp_path, measure="talk_share", max=0.9)["reason"] == "only one side was heard"


def test_a_pace_of_a_few_seconds_is_noise(db, tmp_path):
    spoken(db, ("agent", 0, 19.9, "a"), ("customer", 20, 60, "b"))
    assert answer(db, tmp_path, measure="words_per_minute", max=1)["outcome"] == "not_applicable"
    assert answer(db, tmp_path, measure="longest_silence_s", max=1)["outcome"] == "pass"


def test_a_scale_says_what_a_measure_is_worth(db, tmp_path):
    spoken(db, *TALK)
    steps = [
        {"name": "lange", "points": 0, "from": 30},
        {"name": "kurz", "points": 2},
        {"name": "mittel", "points": 1, "from": 10},
    ]
    made = policy(tmp_path, question({"speech": {"measure": "longest_silence_s"}}, answers=steps))
    found = judged(db, made)["l", "q"]
    assert (found["score"], found["step"]) == (0.5, "mittel")


@pytest.mark.parametrize(
    ("check", "word"),
    [
        ({"measure": "talk_share", "max": 60}, "0.6 for 60 %"),
        ({"measure": "talk_share", "min": 0.7, "max": 0.3}, "min is above max"),
        ({"measure": "interruptions", "max": -1}, "never below 0"),
        ({"measure": "talk_share", "max": 0.5, "overlap_s": 2}, "belongs to interruptions"),
        ({"measure": "loudness", "max": 1}, "loudness"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path, check, word):
    with pytest.raises(PolicyError, match=word):
        policy(tmp_path, question({"speech": check}))


TURNS = st.lists(
    st.tuples(st.sampled_from(["agent", "customer", "system"]), st.integers(0, 60_000), st.integers(0, 9_000)),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(TURNS)
def test_silence_and_interruptions_are_what_a_walk_over_the_talk_finds(tmp_path_factory, turns):
    turns = sorted((start, who, start + length) for who, start, length in turns)
    db = database()
    talk(db, "l", *((who, "wort", {"start_ms": start, "end_ms": end}) for start, who, end in turns))
    folder = tmp_path_factory.mktemp("walk")
    until, customer, silence, cuts = turns[0][2], -1, 0, 0
    for at, (start, who, end) in enumerate(turns):
        silence = max(silence, start - until) if at else 0
        cuts += who == "agent" and min(customer, end) - start >= 1000
        until, customer = max(until, end), max(customer, end) if who == "customer" else customer
    checks = {"silence": {"measure": "longest_silence_s"}, "cuts": {"measure": "interruptions"}}
    steps = [{"name": "all", "points": 1}, {"name": "never", "points": 0, "from": 10**6}]
    made = policy(folder, *(question({"speech": one}, id=name, answers=steps) for name, one in checks.items()))
    found = judged(db, made)
    assert found["l", "silence"]["reason"].startswith(f"longest silence {round(silence / 1000 + 1e-9, 1)} s")
    sides = {who for _, who, _ in turns}
    if {"agent", "customer"} <= sides:
        assert found["l", "cuts"]["reason"].startswith(f"{cuts} interruption(s)")
    else:
        assert found["l", "cuts"]["outcome"] == "unknown"
