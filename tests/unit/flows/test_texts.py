"""Every text people read has its translation, and no catalogue holds what nobody says."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from texts_kit import catalogues, written

from flows.site.centre import slug
from flows.texts import languages, translator
from flows.texts.figures import time
from flows.texts.figures import written as figures
from schemas.errors import UsageError

FIELDS = re.compile(r"%\(\w+\)s|%%")


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.stem)
def test_a_catalogue_is_complete_and_has_nothing_else(path):
    catalog = {one.id: one.string for one in read_po(BytesIO(path.read_bytes())) if one.id}
    wanted = {one.id for one in written() if one.id}
    assert sorted(wanted - set(catalog)) == [], "run: python tests/texts_kit.py"
    assert sorted(set(catalog) - wanted) == [], "run: python tests/texts_kit.py"
    assert [text for text, said in catalog.items() if not said] == []
    assert [
        text for text, said in catalog.items() if sorted(FIELDS.findall(text)) != sorted(FIELDS.findall(said))
    ] == []


def test_english_is_the_text_itself_and_unknown_languages_are_refused():
    assert languages() == ["de", "en"]
    assert translator("en")("Overview") == "Overview"
    assert translator("de")("Overview") == "Überblick"
    with pytest.raises(UsageError, match="no such language"):
        translator("xx")


def test_figures_are_written_as_the_language_does_and_unknown_is_a_dash():
    de, en = figures("de"), figures("en")
    assert (de["number"](1234.5, 1), en["number"](1234.5, 1)) == ("1.234,5", "1,234.5")
    assert (de["share"](0.123), en["percent"](None)) == ("12,3\u00a0%", "–")
    assert [time(value) for value in (None, 0, 59.6, 3600)] == ["–", "0:00", "1:00", "1:00:00"]


@given(st.lists(st.text(max_size=12), min_size=2, max_size=6, unique=True))
def test_no_two_texts_share_a_file_name(texts):
    names = [slug(text) for text in texts]
    assert len({name.lower() for name in names}) == len(texts)
    assert all(re.fullmatch(r"[a-z0-9-]{1,60}", name) for name in names)
