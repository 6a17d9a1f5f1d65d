"""Card numbers and the like are found as they are written and said, ordinary numbers are not, and none is shown."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import database, judged, outcome, policy, put, question, talk

from qa.checks.sensitive import Check
from warehouse import build
from warehouse.connect import open_memory

CARD = "4111 1111 1111 1111"
ISSUERS = [
    ("4", 16),
    ("51", 16),
    ("2221", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("36", 14),
    ("3528", 16),
    ("4", 19),
]
IBANS = {"DE": 18, "AT": 16, "CH": 17, "NL": 14, "FR": 23}


@pytest.fixture
def db():
    return database()


@pytest.fixture(scope="module")
def sql():
    with open_memory() as connection:
        build.macros(connection)
        yield lambda text, *values: connection.execute(f"SELECT {text}", list(values)).fetchone()[0]


def luhn_digit(body):
    total = 0
    for at, one in enumerate(reversed(body)):
        value = int(one) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


@st.composite
def cards(draw):
    prefix, length = draw(st.sampled_from(ISSUERS))
    body = prefix + "".join(
        draw(st.lists(st.sampled_from("0123456789"), min_size=(n := length - 1 - len(prefix)), max_size=n))
    )
    return body + luhn_digit(body)


@st.composite
def ibans(draw):
    country, length = draw(st.sampled_from(sorted(IBANS.items())))
    rest = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=length, max_size=length)))
    number = int("".join(str(int(c, 36)) for c in rest + country + "00"))
    return f"{country}{98 - number % 97:02d}{rest}"


def spread(draw, digits):
    out = digits[0]
    for one in digits[1:]:
        out += draw(st.sampled_from(["", "", "", " ", "-", ".", " - "])) + one
    return out


@settings(max_examples=40, deadline=None)
@given(cards(), st.data())
def test_a_card_is_found_however_it_is_spread_and_masked_for_good(sql, card, data):
    text = f"Die Nummer lautet {spread(data.draw, card)}, danke"
    assert card in [found["digits"] for found in sql("find_card(?)", text)]
    masked = sql("mask_sensitive(?)", text)
    assert not [card[at : at + 7] for at in range(len(card) - 6) if card[at : at + 7] in re.sub("[^0-9*]", "", masked)]
    assert sql("mask_sensitive(?)", masked) == masked


@settings(max_examples=25, deadline=None)
@given(cards(), st.integers(1, 9))
def test_a_card_with_a_wrong_check_digit_is_none(sql, card, more):
    wrong = card[:-1] + str((int(card[-1]) + more) % 10)
    assert sql("find_card(?)", f"Die Nummer lautet {wrong}.") == []


@settings(max_examples=25, deadline=None)
@given(ibans(), st.data())
def test_an_iban_is_found_masked_and_not_with_a_wrong_check_digit(sql, iban, data):
    written = iban[:2] + spread(data.draw, iban[2:])
    written = re.sub(" - ", " ", written)
    assert sql("len(find_iban(?))", f"IBAN {written}.") == 1
    masked = sql("mask_sensitive(?)", f"IBAN {written}.")
    assert not re.search("[0-9]{7}", re.sub("[^0-9*]", "", masked))
    assert sql("mask_sensitive(?)", masked) == masked
    wrong = iban[:3] + str((int(iban[3]) + 1) % 10) + iban[4:]
    assert sql("find_iban(?)", f"IBAN {wrong}.") == []


ORDINARY = [
    "Rufen Sie mich an: +49 171 1234567 oder 0049 (0)30 12345678.",
    "Ihre Bestellnummern sind 12345678, 23456789 und 34567890.",
    "Vorgang 2026-03-02/14:30:22 vom 12.03.2026, Ticket 20260302143022.",
    "TK4111111111111111 ist die Sendungsnummer",
    "Die Kundennummer lautet 100200300400, das Kennzeichen B-AB 1234.",
    "Ich habe drei oder vier Mal angerufen, am zweiten und am dritten.",
    "Die PIN schicken wir Ihnen per Post, das Passwort ist abgelaufen.",
    "Nennen Sie uns niemals Ihre PIN, geben Sie Ihr Passwort auf der Seite ein.",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_numbers_are_not_taken_for_sensitive_ones(db, tmp_path, text):
    talk(db, "l", ("agent", text))
    assert outcome(db, sensitive(what=["card", "cvv", "iban", "pin", "password", "asked"]), tmp_path) == "pass"


def sensitive(**settings):
    return {"sensitive": settings}


SAID = {
    f"Meine Karte: {CARD}": "card",
    "vier eins eins eins, eins eins eins eins, eins eins eins eins, elf elf": "card",
    "It is four triple one, one one one one, one one one one, double one double one": "card",
    "Der CVV ist eins zwo drei.": "cvv",
    "IBAN DE89 3704 0044 0532 0130 00": "iban",
    "Meine PIN ist 4711.": "pin",
    "Mein Passwort ist Katze77!": "password",
    "Bitte nennen Sie mir Ihre PIN.": "asked",
    "Can you tell me your password?": "asked",
}


@pytest.mark.parametrize(("text", "kind"), SAID.items())
def test_each_kind_is_found_and_never_shown(db, tmp_path, text, kind):
    talk(db, "l", ("customer", text))
    answer = judged(db, policy(tmp_path, question(sensitive(what=[kind]))))["l", "q"]
    assert answer["outcome"] == "fail"
    (found,) = json.loads(answer["evidence"])
    assert (found["what"], found["turn_no"]) == (kind, 1)
    assert not re.search("[0-9]{7}|4711|Katze77|eins zwo", answer["evidence"].replace("*", "")) or kind == "card"
    assert not re.search("[0-9]{7}", answer["evidence"])
    assert not re.search("[0-9]|eins|four", found["quote"])


def test_a_number_told_over_turns_of_one_speaker_is_found(db, tmp_path):
    turns = ["customer: vier eins eins eins", "agent: ja", "customer: eins eins eins eins", "agent: weiter"]
    turns += ["customer: eins eins eins eins", "customer: eins eins eins eins"]
    talk(db, "l", *turns)
    assert outcome(db, sensitive(what=["card"], speaker="customer"), tmp_path) == "fail"
    assert outcome(db, sensitive(what=["card"], speaker="agent"), tmp_path) == "pass"


def test_digits_of_two_speakers_do_not_make_one_number(db, tmp_path):
    talk(db, "l", "customer: 4111 1111", "agent: 1111 1111")
    assert outcome(db, sensitive(what=["card"]), tmp_path) == "pass"


def test_what_nobody_knows_who_said_is_unknown_for_a_speaker(db, tmp_path):
    talk(db, "l", f"unknown: {CARD}", "agent: ja")
    assert outcome(db, sensitive(speaker="agent"), tmp_path) == "unknown"
    assert outcome(db, sensitive(), tmp_path) == "fail"


def test_without_words_it_is_unknown(db, tmp_path):
    talk(db, "none", text_state="no_text")
    talk(db, "l", "customer: ja")
    found = judged(db, policy(tmp_path, question(sensitive(speaker="agent"))))
    assert [found[leg, "q"]["outcome"] for leg in ("none", "l")] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("note", "expected"),
    [(f"Karte {CARD}", "fail"), ("Rückruf 030 1234567", "pass"), (None, "not_applicable"), (" ", "not_applicable")],
)
def test_a_note_holds_none(db, tmp_path, note, expected):
    talk(db, "l", "agent: ja")
    put(db, "core.leg", {"leg_id": "l", "note": note})
    answer = judged(db, policy(tmp_path, question(sensitive(field="leg.note"))))["l", "q"]
    assert answer["outcome"] == expected
    assert "1111 1111" not in (answer["evidence"] or "")


def test_a_row_that_was_not_delivered_has_an_unknown_note(db, tmp_path):
    talk(db, "l", "agent: ja")
    assert outcome(db, sensitive(field="leg.note"), tmp_path) == "unknown"


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (Check(what=()), "nothing to look for"),
        (Check(field="note"), "interaction.<column>"),
        (Check(field="leg.note2"), "no text column"),
        (Check(field="leg.note", speaker="agent"), "does not go with"),
    ],
)
def test_wrong_settings_are_named(check, said):
    assert said in " ".join(check.problems())
