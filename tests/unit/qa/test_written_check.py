"""How messages are written: each aspect passes, fails, does not apply, or is not known."""

from __future__ import annotations

import json

import pytest
from judge_kit import database, judged, outcome, policy, put, question, talk

from qa.checks.written import Check


@pytest.fixture
def db():
    return database()


def written(**settings):
    return {"written": settings}


def mail(db, *texts, leg="l", **columns):
    """Messages of the agent, in an e-mail."""
    talk(
        db,
        leg,
        *(one if isinstance(one, tuple) else ("agent", one) for one in texts),
        **({"channel": "email"} | columns),
    )


LONG = "eins zwei drei vier fünf"
CASES = [
    ({"greeting": "any"}, "Sehr geehrte Frau Weber,\ndanke.", "pass"),
    ({"greeting": "any"}, "Grüß Gott, danke für Ihre Nachricht.", "pass"),
    ({"greeting": "any"}, "Ihre Anfrage liegt vor. Hallo.", "fail"),
    ({"greeting": "any"}, "Hierzu fehlt uns Ihre Nummer.", "fail"),
    ({"greeting": "named"}, "Sehr geehrter Herr Dr. Weber,\ndanke.", "pass"),
    ({"greeting": "named"}, "Hallo Ada,\ndanke.", "pass"),
    ({"greeting": "named"}, "Sehr geehrte Damen und Herren,\ndanke.", "fail"),
    ({"greeting": "named"}, "Hallo zusammen", "fail"),
    ({"greeting": "named"}, "Hallo,\nDanke für Ihre Nachricht", "fail"),
    ({"sign_off": True}, "Das ist erledigt.\n\nMit freundlichen Grüßen\nAda", "pass"),
    ({"sign_off": True}, "Das ist erledigt.\nMIT FREUNDLICHEN GRÜSSEN", "pass"),
    ({"sign_off": True}, "Das ist erledigt.", "fail"),
    ({"min_words": 5}, LONG, "pass"),
    ({"min_words": 6}, LONG, "fail"),
    ({"max_words": 4}, LONG, "fail"),
    ({"max_capitals": 0.2}, "BITTE LESEN SIE UNSERE HINWEISE", "fail"),
    ({"max_capitals": 0.2}, "Ihre IBAN für SEPA und das KONTO stimmen", "pass"),
    ({"no_placeholders": True}, "Hallo {{first_name}}, danke", "fail"),
    ({"no_placeholders": True}, "Sehr geehrte/r Frau/Herr Weber", "fail"),
    ({"no_placeholders": True}, "Hallo [NAME], danke", "fail"),
    ({"no_placeholders": True}, "Hallo Ada, siehe [1] und 100 % Rabatt", "pass"),
    ({"address": "formal"}, "Ich danke Ihnen, dass Sie schreiben.", "pass"),
    ({"address": "formal"}, "Ich schicke dir das.", "fail"),
    ({"address": "informal"}, "Ich schicke dir das.", "pass"),
    ({"address": "informal"}, "Ich danke Ihnen.", "fail"),
    ({"address": "consistent"}, "Ich danke Ihnen, melde dich gern.", "fail"),
    ({"address": "consistent"}, "Sie ist da. Melde dich gern.", "pass"),
    ({"address": "formal"}, "Das ist erledigt.", "not_applicable"),
    ({"wrong": {"standart": "Standard"}}, "Das ist STANDART.", "fail"),
    ({"wrong": {"standart": "Standard"}}, "Das ist Standard, Standarte.", "pass"),
]


@pytest.mark.parametrize(("settings", "text", "expected"), CASES, ids=lambda one: str(one)[:40])
def test_a_message_is_judged_by_one_aspect(db, tmp_path, settings, text, expected):
    mail(db, text)
    answer = judged(db, policy(tmp_path, question(written(**settings))))["l", "q"]
    assert answer["outcome"] == expected, answer
    if expected == "fail":
        assert json.loads(answer["evidence"])[0]["turn_no"] == 1


EVERY = [settings for settings, *_ in CASES] + [{"replied": True}]


@pytest.mark.parametrize("settings", [*EVERY[::3], {"replied": True}], ids=str)
def test_a_call_has_nothing_written_and_without_text_nothing_is_known(db, tmp_path, settings):
    talk(db, "call", "agent: Guten Tag", "customer: Ja?")
    mail(db, leg="silent", text_state="no_text")
    mail(db, leg="torn", text_state="not_separable")
    mail(db, "Hallo", leg="where", channel=None)
    found = judged(db, policy(tmp_path, question(written(**settings))))
    got = [found[leg, "q"]["outcome"] for leg in ("call", "silent", "torn", "where")]
    assert got == ["not_applicable", "unknown", "unknown", "unknown"]


def test_only_the_agents_own_messages_count(db, tmp_path):
    mail(db, ("customer", "Hallo {{first_name}}"))
    assert outcome(db, written(no_placeholders=True), tmp_path) == "unknown"


def test_which_messages_are_asked(db, tmp_path):
    mail(db, "Hallo Ada, ja.", ("customer", "Und?"), "Ja. Viele Grüße")
    for settings, expected in [
        ({"greeting": "any"}, "pass"),
        ({"greeting": "any", "messages": "every"}, "fail"),
        ({"greeting": "any", "messages": "last"}, "fail"),
        ({"sign_off": True}, "pass"),
        ({"sign_off": True, "messages": "first"}, "fail"),
    ]:
        assert outcome(db, written(**settings), tmp_path) == expected, settings


@pytest.mark.parametrize(
    ("settings", "language", "expected"),
    [
        ({"greeting": "any"}, "fr", "unknown"),
        ({"greeting": "any"}, None, "unknown"),
        ({"sign_off": True}, "fr", "unknown"),
        ({"address": "formal"}, "en", "not_applicable"),
        ({"address": "formal"}, None, "unknown"),
        ({"min_words": 1}, None, "pass"),
    ],
)
def test_a_language_without_patterns_is_unknown(db, tmp_path, settings, language, expected):
    mail(db, "Bonjour Ada", language=language)
    assert outcome(db, written(**settings), tmp_path) == expected


@pytest.mark.parametrize(
    ("turns", "last_agent", "expected"),
    [
        (["customer: Wann kommt es?", "agent: Morgen."], "a07", "pass"),
        (["customer: Wann?", "agent: Morgen.", "customer: Sicher?"], "a07", "fail"),
        (["customer: Wann?", "agent: Morgen.", "customer: Sicher?"], "a08", "unknown"),
        (["customer: Danke. Siehe example.org/?a=1", "agent: Gern."], "a07", "not_applicable"),
    ],
)
def test_the_last_question_is_followed_by_a_message(db, tmp_path, turns, last_agent, expected):
    talk(db, "l", *turns, channel="chat")
    put(db, "core.interaction_context", {"interaction_id": "c", "last_agent_id": last_agent})
    assert outcome(db, written(replied=True), tmp_path) == expected


def test_a_fail_says_what_stood_there(db, tmp_path):
    mail(db, "Das ist der Standart hier")
    answer = judged(db, policy(tmp_path, question(written(wrong={"standart": "Standard"}))))["l", "q"]
    assert json.loads(answer["evidence"])[0]["found"] == "Standart"


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (Check(), "none"),
        (Check(sign_off=True, replied=True), "sign_off and replied"),
        (Check(min_words=9, max_words=3), "min_words is above"),
        (Check(max_capitals=1.0), "below 1"),
        (Check(wrong={"*": "x"}), "names no word"),
        (Check(replied=True, messages="last"), "does not go with"),
    ],
)
def test_wrong_settings_are_named(check, said):
    assert said in " ".join(check.problems())
