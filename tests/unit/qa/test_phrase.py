"""Phrase checks: what matches, where it is looked for, and when nobody can say."""

from __future__ import annotations

import json
import unicodedata

import pytest
from judge_kit import database, judged, outcome, phrase, policy, question, talk


@pytest.fixture
def db():
    return database()


SAME = ["Überweisung", "UEBERWEISUNG", "überweisung", "ueberweisung"], ["Straße", "STRASSE", "strasse", "STRAẞE"]
TEXTS = ["Die {} kam.", "{}", "({})", "„{}“", "heute:{},"]


@pytest.mark.parametrize("written", SAME[0] + SAME[1])
def test_case_umlauts_and_sharp_s_are_folded_both_ways(db, tmp_path, written):
    family = next(one for one in SAME if written in one)
    for number, (word, frame) in enumerate((w, f) for w in family for f in TEXTS):
        talk(db, f"l{number}", f"agent: {frame.format(word)}")
    found = judged(db, policy(tmp_path, question(phrase(written))))
    assert {row["outcome"] for row in found.values()} == {"pass"}


@pytest.mark.parametrize(
    ("pattern", "said", "expected"),
    [
        ("Überweisung", "Rücküberweisung", "fail"),
        ("Überweisung", "Überweisungen", "fail"),
        ("Überweisung*", "Überweisungen", "pass"),
        ("*Überweisung", "Rücküberweisung", "pass"),
        ("hi", "this", "fail"),
        ("guten tag", "Guten, Tag", "pass"),
        ("guten tag", "Guten\u00a0Tag", "pass"),
        ("my name's", "My name’s Ada", "pass"),
        ("tut mir * leid", "tut mir so leid", "pass"),
        ("tut mir * leid", "tut mir leid", "fail"),
        ("1 + 1 = 2", "1 + 1 = 2", "pass"),
        ("a.b", "axb", "fail"),
        ("it's '; DROP TABLE core.turn; --", "harmless", "fail"),
        (unicodedata.normalize("NFD", "grüß gott"), "Grüß Gott!", "pass"),
        ({"regex": "k(ö|oe)nnen sie"}, "Können Sie", "pass"),
        ({"regex": "könnte[nst]? "}, "Koennten wir", "pass"),
        ({"regex": "[äö]l"}, "Öl", "pass"),
        ({"regex": "(?-i:Ada)"}, "ada", "fail"),
    ],
)
def test_a_pattern_matches_words_as_people_write_them(db, tmp_path, pattern, said, expected):
    talk(db, "l", f"agent: {said}")
    assert outcome(db, phrase(pattern), tmp_path) == expected


TEN = [f"{'agent' if n % 2 else 'customer'}: wort{n}" for n in range(1, 11)]


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        ({"first": 3, "unit": "turns"}, 1, 3),
        ({"last": 3, "unit": "turns"}, 8, 10),
        ({"first": 10, "unit": "seconds"}, 1, 2),
        ({"last": 10, "unit": "seconds"}, 9, 10),
        ({"first": 2, "unit": "words"}, 1, 2),
        ({"last": 2, "unit": "words"}, 9, 10),
        ({"first": 30, "unit": "percent"}, 1, 3),
        ({"last": 30, "unit": "percent"}, 8, 10),
    ],
)
def test_a_window_holds_exactly_its_turns(db, tmp_path, window, first, last):
    talk(db, "l", *TEN)
    asked = [question(phrase(f"wort{n}", speaker="any", window=window), id=f"q{n}") for n in range(1, 11)]
    found = judged(db, policy(tmp_path, *asked))
    assert [n for n in range(1, 11) if found["l", f"q{n}"]["outcome"] == "pass"] == list(range(first, last + 1))


def test_only_the_speakers_own_words_count(db, tmp_path):
    talk(db, "l", "customer: Guten Tag", "agent: Ja bitte")
    assert outcome(db, phrase("guten tag"), tmp_path) == "fail"
    assert outcome(db, phrase("guten tag", speaker="customer"), tmp_path) == "pass"


def test_min_count_counts_turns(db, tmp_path):
    talk(db, "l", "agent: danke danke", "agent: danke")
    assert outcome(db, phrase("danke", min_count=2), tmp_path) == "pass"
    assert outcome(db, phrase("danke", min_count=3), tmp_path) == "fail"


def test_absent_turns_it_round(db, tmp_path):
    talk(db, "said", "agent: Das garantiere ich.")
    talk(db, "not", "agent: Ich kümmere mich.")
    found = judged(db, policy(tmp_path, question(phrase("garantier*", absent=True))))
    assert (found["said", "q"]["outcome"], found["not", "q"]["outcome"]) == ("fail", "pass")


@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize(
    ("leg", "said"),
    [
        ({"text_state": "no_text"}, []),
        ({"text_state": "not_separable"}, []),
        ({"language": "fr"}, ["agent: oui"]),
        ({"language": None}, ["agent: ja"]),
        ({}, ["customer: Hallo?"]),
        ({}, [("agent", "yes indeed", {"language": "en"})]),
        ({}, ["agent: ja", ("agent", "no idea", {"language": "en"})]),
        ({}, ["agent: ja", ("unknown", "guten tag", {})]),
        ({}, [("agent", "guten tag", {"confidence": 0.2})]),
    ],
)
def test_what_cannot_be_judged_is_unknown_never_pass_or_fail(db, tmp_path, leg, said, absent):
    talk(db, "l", *said, **leg)
    check = phrase(by_language={"de": ["guten tag"]}, absent=absent, min_confidence=0.6)
    answer = judged(db, policy(tmp_path, question(check)))["l", "q"]
    assert answer["outcome"] == "unknown"
    assert answer["score"] is None
    assert answer["evidence"] is None
    assert answer["reason"]


def test_a_window_in_seconds_needs_times(db, tmp_path):
    talk(db, "l", "agent: Guten Tag", timed=False)
    window = {"first": 30, "unit": "seconds"}
    assert outcome(db, phrase("guten tag", window=window), tmp_path) == "unknown"


def test_an_unknown_speaker_matters_only_where_the_words_match_in_the_window(db, tmp_path):
    talk(db, "l", "agent: ja", ("unknown", "hm", {}), "agent: gut", ("unknown", "auf wiederhören", {}))
    assert outcome(db, phrase("guten tag"), tmp_path) == "fail"
    assert outcome(db, phrase("auf wiederhören", window={"first": 2, "unit": "turns"}), tmp_path) == "fail"
    assert outcome(db, phrase("auf wiederhören"), tmp_path) == "unknown"


def test_patterns_of_one_language_do_not_judge_another(db, tmp_path):
    talk(db, "de", "agent: hello")
    talk(db, "en", "agent: hello", language="en")
    talk(db, "fr", "agent: allo", language="fr")
    found = judged(db, policy(tmp_path, question(phrase(by_language={"de": ["hallo"], "*": ["hello"]}))))
    assert [found[leg, "q"]["outcome"] for leg in ("de", "en", "fr")] == ["fail", "pass", "fail"]


def test_a_hit_is_proved_by_the_first_three_turns_in_order(db, tmp_path):
    talk(db, "l", *[f"agent: danke {n}" for n in range(1, 6)])
    proof = json.loads(judged(db, policy(tmp_path, question(phrase("danke"))))["l", "q"]["evidence"])
    assert [(hit["turn_no"], hit["quote"], hit["start_ms"]) for hit in proof] == [
        (1, "danke 1", 0),
        (2, "danke 2", 5000),
        (3, "danke 3", 10000),
    ]
    assert set(proof[0]) == {"seq", "turn_no", "start_ms", "speaker", "quote"}


def test_the_quote_of_a_long_text_holds_the_words(db, tmp_path):
    talk(db, "l", "agent: " + "Vorwort. " * 100 + "Das garantiere ich Ihnen. " + "Nachwort. " * 100)
    proof = json.loads(judged(db, policy(tmp_path, question(phrase("garantier*", absent=True))))["l", "q"]["evidence"])
    assert "Das garantiere ich Ihnen." in proof[0]["quote"]
    assert len(proof[0]["quote"]) <= 242


def test_what_was_not_said_is_proved_by_what_was_searched(db, tmp_path):
    talk(db, "l", *TEN)
    answer = judged(db, policy(tmp_path, question(phrase("danke", window={"first": 4, "unit": "turns"}))))["l", "q"]
    assert answer["outcome"] == "fail"
    assert json.loads(answer["evidence"]) == {"window": "first 4 turns", "speaker": "agent", "turns": 2}
