"""Letters that are written in more than one way: every wording finds every spelling of itself, and no other word."""

from __future__ import annotations

import unicodedata

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.patterns import Pattern, prefilter

DB = duckdb.connect(config={"threads": 1})


def found(pattern, text, is_regex=False):
    """Whether a pattern matches a text that came in as readers bring it in: composed (NFC)."""
    one = Pattern("", pattern, is_regex)
    text = unicodedata.normalize("NFC", text)
    hit, first = DB.execute(
        "SELECT regexp_matches(?, ?), regexp_matches(?, ?)", [text, one.re2, text, *prefilter([one])]
    ).fetchone()
    assert hit == first, "the prefilter must find exactly what the pattern finds"
    return hit


def decomposed(text):
    return unicodedata.normalize("NFD", text)


FAMILIES = [
    ["Straße", "STRASSE", "STRAẞE", "Strasse", "straße"],
    ["Überweisung", "ÜBERWEISUNG", "UEBERWEISUNG", "Ueberweisung", "überweisung", decomposed("Überweisung")],
    ["Grüße", "GRÜSSE", "GRUESSE", "GRÜẞE", "gruesse", "grüsse", decomposed("Grüße")],
    ["Flußschiff", "Flussschiff", "FLUSSSCHIFF", "FLUẞSCHIFF"],
    ["Größenmaßstab", "Groessenmassstab", "GRÖSSENMASSSTAB"],
    ["E-Mail", "e-mail", "E‑Mail", "E–Mail", "e mail", "Email", "E‐Mail"],
    ["my name's", "My Name’s", "MY NAME‘S", "my nameʼs", "my name´s", "my name`s"],
    ["İstanbul", "ISTANBUL", "istanbul", "İSTANBUL", "ıstanbul", "İstanbul".lower()],
    ["guten Tag", "Guten\u00a0Tag", "guten, Tag", "GUTEN\u2009TAG", "guten\u200b tag", "guten – tag"],
    ["André", "ANDRÉ", decomposed("André")],
    ["дякую", "ДЯКУЮ"],
    ["ευχαριστώ", "ΕΥΧΑΡΙΣΤΏ"],
]
# What says less than the others: a wording without the hyphen, and marks that speech recognisers put between words.
LESS = ["e mail", "Email", "E–Mail", "guten – tag"]
PAIRS = [(one, other) for family in FAMILIES for one in family for other in family if one not in LESS or one == other]


@pytest.mark.parametrize(("pattern", "text"), PAIRS)
def test_every_spelling_finds_every_other(pattern, text):
    assert found(pattern, f"ja, {text}. gut")
    assert found(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("Strasse", "Strase"),
        ("Masse", "Mase"),
        ("über", "uber"),
        ("e-mail", "emails"),
        ("ein", "kein"),
        ("ein", "eine"),
        ("ein", "einß"),
        ("Öl", "Möl"),
        ("mein", "me in"),
        ("Andre", "André"),
        ("tag", "täg"),
        ("tag", "Ꮎtag"),
    ],
)
def test_another_word_is_not_found(pattern, text):
    assert not found(pattern, text)


def test_a_regex_folds_umlauts_and_apostrophes_too():
    assert found("gr(ü|u)ße", "GRUESSE", is_regex=True)
    assert found("it's", "It’s", is_regex=True)
    assert not found("[ü]ber", "ueber", is_regex=True)


LETTERS = st.text("abzäöüßeusiIİıẞÄÖÜé'’- ", min_size=1, max_size=12).filter(lambda text: text.strip(" -'’"))


@settings(max_examples=150, deadline=None)
@given(LETTERS)
def test_words_find_themselves_and_their_capitals(text):
    for spelled in (text, text.upper(), text.lower(), decomposed(text)):
        assert found(text, spelled), (text, spelled)
